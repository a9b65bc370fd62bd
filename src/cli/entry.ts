import { join } from 'node:path';
import { compileCacheFolder } from './compile-cache.ts';
import { loadProgram } from './load-program.ts';

declare const STEWARD_PROGRAM: string;
declare const STEWARD_PARTS: Record<string, string>;

const argv = process.argv.slice(2);
const path = join(import.meta.dirname, STEWARD_PROGRAM);
const codeFolder = compileCacheFolder(process.env);
const program = loadProgram<typeof import('./main.ts')>(path, codeFolder, STEWARD_PARTS);
const status = await program.exports.main(argv, async () => {
  if (codeFolder !== null) process.getBuiltinModule('node:module').enableCompileCache(codeFolder);
  return import('../tui/index.ts');
});
process.exitCode = status;
if (program.exports.isTypical(argv, status)) program.keepCode();
