/** Makes dist/ from src/: one small entry and split chunks, each loaded when it is first used. */
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { compileShipped } from './compile-shipped.ts';
import { leanBuiltins } from './lean-builtins.ts';

const root = join(import.meta.dirname, '..');

await compileShipped(root);
await rm(join(root, 'dist'), { recursive: true, force: true });
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const result = await build({
  absWorkingDir: root,
  entryPoints: { cli: 'src/cli/entry.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  // Stacks in a bug report should name our functions.
  keepNames: true,
  legalComments: 'linked',
  metafile: true,
  plugins: [leanBuiltins],
  // Its CommonJS build, which Node's conditions choose, has no named exports once it is a chunk of its own.
  alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') },
  define: { 'process.env.NODE_ENV': '"production"', STEWARD_VERSION: JSON.stringify(version) },
});
refuseRequire(result.metafile);
await writeFile(join(root, 'dist/meta.json'), JSON.stringify(result.metafile));
await chmod(join(root, 'dist/cli.mjs'), 0o755);

/** An ES module has no `require`. To make one in every chunk costs 3 ms at each start, and nothing here needs it. */
function refuseRequire({ outputs }: Metafile): void {
  const callers = Object.entries(outputs).filter(([, { imports }]) =>
    imports.some(({ kind }) => kind === 'require-call' || kind === 'require-resolve'),
  );
  if (callers.length === 0) return;
  throw new Error(
    `a CommonJS package asks for a module at run time: ${callers.map(([name]) => name).join(', ')}`,
  );
}
