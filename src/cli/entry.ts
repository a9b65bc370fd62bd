import { enableCompileCache } from 'node:module';
import { compileCacheFolder } from './compile-cache.ts';

// Before anything large is imported: the cache only helps what is loaded after it.
const folder = compileCacheFolder(process.env);
if (folder !== null) enableCompileCache(folder);

const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
