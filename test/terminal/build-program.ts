import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { leanInk } from '../../scripts/lean-ink.ts';
import { steadyInk } from '../../scripts/steady-ink.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Our own screen, as scripts/build.ts bundles it. Gives the file to start, which keeps its code. */
export function buildScreen(entry: string, folder: string): Promise<string> {
  return buildProgram(entry, folder, [steadyInk, leanInk]);
}

/** Any program that shows a screen, on Ink as it comes. */
export async function buildProgram(
  entry: string,
  folder: string,
  plugins: readonly Plugin[] = [],
): Promise<string> {
  const bundle = join(folder, 'floor.mjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, entry)],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    jsx: 'automatic',
    banner: {
      js: "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);",
    },
    define: {
      'process.env.NODE_ENV': '"production"',
      'process.env.DEV': '"false"',
      STEWARD_VERSION: '"floor"',
    },
    plugins: [
      ...plugins,
      {
        name: 'absent',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'absent' }));
          onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'export default {};' }));
        },
      },
    ],
  });
  const start = join(folder, 'start.mjs');
  writeFileSync(
    start,
    `import { enableCompileCache } from 'node:module';\nenableCompileCache(${JSON.stringify(join(folder, 'code'))});\nawait import('./floor.mjs');\n`,
  );
  return start;
}
