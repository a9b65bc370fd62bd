/**
 * Makes dist/ from src/: the program in files by what a run needs (layers.ts), libraries that few runs need in files of
 * their own, and a small entry that loads them with the code V8 compiled before.
 */
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { compileShipped } from './compile-shipped.ts';
import { across, assignLayers, entryOf, type Layer } from './layers.ts';
import { leanBuiltins } from './lean-builtins.ts';
import { leanInk } from './lean-ink.ts';
import { steadyInk } from './steady-ink.ts';

const root = join(import.meta.dirname, '..');

await compileShipped(root);
await rm(join(root, 'dist'), { recursive: true, force: true });
await mkdir(join(root, 'dist'));
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

/** Of generated/: data that is read when it is wanted, and texts that are read in parts, by places that the data has. */
const SHIPPED = ['goals', 'probes', 'prompts', 'specs', 'tools'];
const TEXTS = ['spec-texts', 'probe-texts'];

const whole: BuildOptions = {
  ...loadable,
  // Native, and loaded only for a command of the operator's own.
  external: ['@lydell/node-pty'],
};
const elsewheres = [
  ...parts.map(({ part, filter }) => elsewhere(filter, `part:${part}`)),
  ...TEXTS.map((name) => elsewhere(new RegExp(`/generated/${name}\\.json$`), `part:${name}`)),
  ...SHIPPED.map((name) => elsewhere(new RegExp(`/generated/${name}\\.json$`), `part:${name}`)),
];
const { metafile } = await build({
  ...whole,
  entryPoints: { program: 'src/cli/main.ts' },
  metafile: true,
  write: false,
  plugins: [leanBuiltins, ...elsewheres],
});
const layers: Layer[] = [
  // A check that finds nothing.
  { name: 'program', roots: ['src/cli/main.ts', 'src/cli/commands/run.ts', 'src/cli/commands/print.ts'] },
  // What operators wrote is checked with.
  {
    name: 'schemas',
    roots: [
      ...Object.keys(metafile.inputs).filter((path) => path.startsWith('src/protocol/schemas/')),
      'src/lib/expression/library.ts',
    ],
  },
  // A model is asked.
  {
    name: 'talk',
    roots: [
      'src/app/run/model.ts',
      'src/app/run/open-talk.ts',
      'src/app/run/converse.ts',
      'src/app/run/second-opinion.ts',
      'src/app/run/asking.ts',
      'src/app/graph/graph-opinion.ts',
      'src/app/change/carry-approved.ts',
      'src/app/incidents/incident-findings.ts',
      'src/models/anthropic.ts',
      'src/models/ollama.ts',
      'src/models/openai-compatible.ts',
    ],
  },
  // What a model asks of a tool is checked with.
  {
    name: 'arguments',
    roots: Object.keys(metafile.inputs).filter((path) => /^src\/tools\/[\w-]+\/schema\.ts$/.test(path)),
  },
  { name: 'rest', roots: [] },
];
const layerOf = assignLayers(metafile.inputs, layers);
const partFiles: Record<string, string> = {};
for (const name of TEXTS) partFiles[`part:${name}`] = await writeText(name);
for (const { name } of layers) {
  const own = name === 'program' ? `export { isTypical, main } from './src/cli/main.ts';\n` : '';
  await build({
    ...whole,
    entryNames: name,
    stdin: {
      contents: own + entryOf(name, metafile.inputs, layerOf),
      resolveDir: root,
      sourcefile: `${name}.ts`,
      loader: 'ts',
    },
    plugins: [leanBuiltins, ...elsewheres, across(name, layerOf, root)],
  });
  partFiles[`part:${name}`] = await nameByContent(`${name}.cjs`);
}
for (const name of SHIPPED) {
  await copyFile(join(root, `generated/${name}.json`), join(root, `dist/${name}.json`));
  partFiles[`part:${name}`] = await nameByContent(`${name}.json`);
}
const program = partFiles['part:program'];
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
async function writeText(name: string): Promise<string> {
  const text = JSON.parse(await readFile(join(root, `generated/${name}.json`), 'utf8')) as string;
  const file = `${name}.text`;
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
