/**
 * Makes dist/ from src/: the program in one file, libraries that few runs need in files of their own, and a small entry
 * that loads them with the code V8 compiled before.
 */
import { createHash } from 'node:crypto';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { compileShipped } from './compile-shipped.ts';
import { leanBuiltins } from './lean-builtins.ts';
import { leanInk } from './lean-ink.ts';
import { steadyInk } from './steady-ink.ts';

const root = join(import.meta.dirname, '..');

await compileShipped(root);
await rm(join(root, 'dist'), { recursive: true, force: true });
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const common: BuildOptions = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node24',
  // Names stay, for the stacks in bug reports; code that is kept compiled does not get faster by being shorter.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
};

/** What loadProgram reads. */
const loadable: BuildOptions = {
  ...common,
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  // A module that is imported late is evaluated late, in the same file.
  supported: { 'dynamic-import': false },
  banner: { js: '(function (exports, require, module) {' },
  footer: { js: '})' },
  define: { 'process.env.NODE_ENV': '"production"', STEWARD_VERSION: JSON.stringify(version) },
};

/**
 * Late imports that are files of their own: half of all code, that a start would read and lay out in memory to use
 * nothing of it. Only what shares no module with the program can be one.
 */
const parts = [
  { part: 'zod', filter: /^zod$/, entry: 'zod' },
  // Its CommonJS build, which Node's conditions choose, is three times as large.
  { part: 'yaml', filter: /^yaml$/, entry: join(root, 'node_modules/yaml/browser/index.js') },
  { part: 're2js', filter: /^re2js$/, entry: 're2js' },
  { part: 'nodemailer', filter: /^nodemailer$/, entry: 'nodemailer' },
  { part: 'uqr', filter: /^uqr$/, entry: 'uqr' },
  { part: 'picomatch', filter: /^picomatch$/, entry: 'picomatch' },
  { part: 'ignore', filter: /^ignore$/, entry: 'ignore' },
  { part: 'ollama', filter: /^ollama\/browser$/, entry: 'ollama/browser' },
  { part: 'anthropic', filter: /\/anthropic-sdk\.ts$/, entry: 'src/models/anthropic-sdk.ts' },
];

const { metafile } = await build({
  ...loadable,
  entryPoints: { program: 'src/cli/main.ts' },
  // Native, and loaded only for a command of the operator's own.
  external: ['@lydell/node-pty'],
  metafile: true,
  plugins: [
    leanBuiltins,
    ...parts.map(({ part, filter }) => elsewhere(filter, `part:${part}`)),
    elsewhere(/\/spec-texts\.json$/, 'part:spec-texts'),
  ],
});
const program = await nameByContent('program.cjs');
const partFiles: Record<string, string> = { 'part:spec-texts': await writeSpecTexts() };
for (const { part, entry } of parts) {
  await build({ ...loadable, entryPoints: { [part]: entry }, plugins: [leanBuiltins] });
  partFiles[`part:${part}`] = await nameByContent(`${part}.cjs`);
}
const screen = await buildScreen();
await build({
  ...common,
  entryPoints: { cli: 'src/cli/entry.ts' },
  outExtension: { '.js': '.mjs' },
  format: 'esm',
  plugins: [leanBuiltins, elsewhere(/\/tui\/index\.ts$/, `./${screen}`)],
  define: { STEWARD_PROGRAM: JSON.stringify(program), STEWARD_PARTS: JSON.stringify(partFiles) },
});
await writeFile(join(root, 'dist/meta.json'), JSON.stringify(metafile));
await chmod(join(root, 'dist/cli.mjs'), 0o755);

/** React and Ink, loaded only where a screen is shown; Ink's layout waits for WebAssembly, so it is a module. */
async function buildScreen(): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    entryPoints: { screen: 'src/tui/index.ts' },
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    write: false,
    minify: true,
    jsx: 'automatic',
    // Of CommonJS modules among what it is made of.
    banner: {
      js: "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);",
    },
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    plugins: [absent('react-devtools-core'), steadyInk, leanInk],
  });
  const code = outputFiles.find(({ path }) => path.endsWith('.mjs'));
  if (code === undefined) throw new Error('the screen was not built');
  const name = `screen-${createHash('sha256').update(code.contents).digest('hex').slice(0, 16)}.mjs`;
  for (const { path, contents } of outputFiles) {
    await writeFile(path === code.path ? join(root, 'dist', name) : path, contents);
  }
  return name;
}

/** As plain text, of which the program reads what it needs. */
async function writeSpecTexts(): Promise<string> {
  const text = JSON.parse(await readFile(join(root, 'generated/spec-texts.json'), 'utf8')) as string;
  const file = 'spec-texts.text';
  await writeFile(join(root, 'dist', file), text);
  return nameByContent(file);
}

/** What matches is another file of dist. */
function elsewhere(filter: RegExp, file: string): Plugin {
  return {
    name: 'elsewhere',
    setup: ({ onResolve }) => onResolve({ filter }, () => ({ path: file, external: true })),
  };
}

/** A module that is named and never used in production. */
function absent(name: string): Plugin {
  return {
    name: 'absent',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ path }) => ({ path, namespace: 'absent' }));
      onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'export default {};' }));
    },
  };
}

/** Code is kept by the program's name: V8 itself tells two programs of the same length apart by nothing. */
async function nameByContent(file: string): Promise<string> {
  const path = join(root, 'dist', file);
  // Read as latin1, a file of ASCII is there several times faster. What esbuild leaves stands in regular expressions.
  const text = (await readFile(path, 'utf8')).replaceAll(/[^\0-\x7f]/g, escapeUnit);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const name = file.replace('.', `-${digest}.`);
  await writeFile(join(root, 'dist', name), text);
  await rm(path);
  return name;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
