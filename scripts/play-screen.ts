/** Shows the screen with a scripted program behind it, to look at it by eye: `node scripts/play-screen.ts [pace]`. */
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outfile = join(root, 'node_modules/.cache/steward/play-screen.mjs');
await build({
  absWorkingDir: root,
  entryPoints: ['test/tui/play.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  jsx: 'automatic',
  packages: 'external',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
});
await import(outfile);
