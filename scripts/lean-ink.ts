import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Which module is wrapped in what, which gives the same for less. */
const WRAPPED = [
  { module: 'ink/build/output.js', file: 'output.ts', by: 'withWholeLines' },
  { module: 'ink/build/sanitize-ansi.js', file: 'text.ts', by: 'withCleanText' },
  { module: 'widest-line/index.js', file: 'text.ts', by: 'withKnownWidths' },
];

/**
 * Ink with less work for each frame, and the same frames: what it does anew each time is done once for each line.
 * test/scripts/lean-ink.test.ts holds both side by side. The build fails when Ink no longer has what is wrapped.
 */
export const leanInk: Plugin = {
  name: 'lean-ink',
  setup({ onLoad, onResolve, onEnd }) {
    const seen = new Set<string>();
    onLoad({ filter: /\/node_modules\/.*\.js$/, namespace: 'file' }, ({ path }) => {
      const wrapped = WRAPPED.find(({ module }) => path.endsWith(`/node_modules/${module}`));
      if (wrapped === undefined) return null;
      seen.add(wrapped.module);
      const wrapper = join(import.meta.dirname, 'lean-ink', wrapped.file);
      const contents = [
        `import original from ${JSON.stringify(`original:${path}`)};`,
        `import { ${wrapped.by} } from ${JSON.stringify(wrapper)};`,
        `export default ${wrapped.by}(original);`,
      ].join('\n');
      return { contents, resolveDir: dirname(path) };
    });
    onResolve({ filter: /^original:/ }, ({ path }) => ({
      path: path.slice('original:'.length),
      namespace: 'original',
    }));
    onLoad({ filter: /.*/, namespace: 'original' }, async ({ path }) => ({
      contents: await readFile(path, 'utf8'),
      resolveDir: dirname(path),
    }));
    onEnd(() => {
      const missing = WRAPPED.filter(({ module }) => !seen.has(module));
      return { errors: missing.map(({ module }) => ({ text: `${module} is not there to be wrapped` })) };
    });
  },
};
