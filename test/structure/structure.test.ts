import { describe, expect, it } from 'vitest';
import { areaOf, packageOf, readSources, type SourceFile } from './source-tree.ts';

const sources = readSources('src');

/** Which packages and built-in modules a folder may name. `*` is for every folder. */
const ALLOWED_PACKAGES: Record<string, string[]> = {
  '*': ['node:crypto', 'node:path', 'node:os'],
  host: [
    'node:fs',
    'node:fs/promises',
    'node:child_process',
    'node:http',
    'node:https',
    'node:zlib',
    'node:net',
    'node:tls',
    'node:sqlite',
    'node:stream',
    'node:v8',
    'ignore',
    '@lydell/node-pty',
  ],
  lib: ['node:util', '@marcbachmann/cel-js', 're2js', 'yaml'],
  models: ['@anthropic-ai/sdk', 'ollama', 'eventsource-parser'],
  policy: ['unbash', 'picomatch'],
  tools: ['re2js', 'picomatch'],
  config: ['yaml'],
  goals: ['yaml'],
  context: ['yaml'],
  notify: ['nodemailer'],
  app: [],
  tui: ['react', 'ink', 'marked', 'string-width'],
  // The entry, before anything else is loaded.
  'cli/compile-cache.ts': ['node:fs'],
  'cli/load-program.ts': ['node:fs', 'node:vm'],
  // Descriptor 0 alone.
  'cli/streams.ts': ['node:fs', 'node:tty'],
  cli: ['uqr', 'node:util', 'node:module', 'node:readline', 'node:stream'],
};

/** Folders below src that everything may use. */
const SHARED = ['protocol', 'lib'];

/** Who may use more than protocol and lib, and what. The composition root may use all, the commands use the root. */
const ALLOWED_EDGES: Record<string, 'all' | string[]> = {
  app: 'all',
  cli: ['app', 'config', 'tui'],
};

/** What a screen may know of the program behind it: types only. */
const CLIENT = 'src/app/client.ts';

describe('the source tree', () => {
  it('has sources to judge', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it('lets sibling folders meet only in app', () => {
    const wrong = sources.flatMap((source) => {
      const from = areaOf(source.path);
      return source.imports
        .filter(({ file }) => file?.startsWith('src/'))
        .filter(({ file, isTypeOnly }) => !(from === 'tui' && file === CLIENT && isTypeOnly))
        .map(({ file }) => areaOf(file ?? ''))
        .filter((to) => to !== from && !isAllowedEdge(from, to))
        .map((to) => `${source.path} → ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  it('lets other folders in only through index.ts, except for protocol and lib', () => {
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter(({ file }) => file?.startsWith('src/'))
        .filter(({ file }) => areaOf(file ?? '') !== areaOf(source.path))
        .filter(({ file }) => !SHARED.includes(areaOf(file ?? '')) && areaOf(file ?? '') !== 'app')
        .filter(({ file }) => !/\/index\.ts$/.test(file ?? ''))
        .map(({ file }) => `${source.path} → ${file}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has no import cycles, types included', () => {
    expect(findCycles(sources)).toEqual([]);
  });

  it('names a package only where it is at home', () => {
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter(({ file }) => file === null)
        .filter(({ specifier }) => !isAllowedPackage(source.path, specifier))
        .map(({ specifier }) => `${source.path} → ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps zod and yaml off the headless start path', () => {
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter(({ isDynamic, isTypeOnly }) => !isDynamic && !isTypeOnly)
        .filter(({ specifier, file }) => isHeavy(specifier) || isLoadedLate(file))
        .filter(() => !isLoadedLate(source.path))
        .map(({ specifier }) => `${source.path} → ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('loads the screen only where it is shown', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ file, isTypeOnly }) => file?.startsWith('src/tui/') && !isTypeOnly)
        .filter(() => areaOf(path) !== 'tui')
        .map(({ specifier }) => `${path} → ${specifier}`),
    );
    expect(wrong).toEqual(['src/cli/entry.ts → ../tui/index.ts']);
  });

  it('keeps components small', () => {
    const large = sources.filter(({ path, lineCount }) => path.endsWith('.tsx') && lineCount > 200);
    expect(large.map(({ path }) => path)).toEqual([]);
  });

  it('touches CEL in one file, which is loaded late', () => {
    const users = sources.filter(({ imports }) =>
      imports.some(({ specifier }) => specifier === '@marcbachmann/cel-js'),
    );
    expect(users.map(({ path }) => path)).toEqual(['src/lib/expression/library.ts']);
  });

  it('mints permits only in the gate', () => {
    const minters = sources
      .filter(({ text }) => text.includes('Permit.mint('))
      .map(({ path }) => areaOf(path));
    expect([...new Set(minters)]).toEqual(['gate']);
  });

  it('reads the environment, the arguments and the clock only at the edges', () => {
    const wrong = sources
      .filter(({ path }) => !['app', 'cli', 'host'].includes(areaOf(path)))
      .filter(({ text }) =>
        /\bprocess\.(env|argv|cwd|exit)\b|\bDate\.now\(|\bperformance\.now\(|new Date\(\)/.test(text),
      )
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it('uses fetch only in host and models', () => {
    const wrong = sources
      .filter(({ path }) => !['host', 'models'].includes(areaOf(path)))
      .filter(({ text }) => /(?:await|return|=|=>) (?:globalThis\.)?fetch\(/.test(text))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it('ends the process nowhere but after a crash: output is drained and the exit code set', () => {
    expect(sources.filter(({ text }) => text.includes('process.exit(')).map(({ path }) => path)).toEqual([
      'src/cli/main.ts',
    ]);
  });

  it('has no default exports and no file that holds two subjects', () => {
    expect(sources.filter(({ text }) => /^export default/m.test(text)).map(({ path }) => path)).toEqual([]);
    expect(sources.filter(({ lineCount }) => lineCount > 400).map(({ path }) => path)).toEqual([]);
  });

  it('uses no name that says nothing', () => {
    const vague = /\/(utils?|helpers?|manager|common|misc)(\.|\/|-)/;
    expect(sources.filter(({ path }) => vague.test(path)).map(({ path }) => path)).toEqual([]);
  });
});

function isAllowedEdge(from: string, to: string): boolean {
  if (SHARED.includes(to)) return true;
  if (from === 'lib' || from === 'protocol') return false;
  const edges = ALLOWED_EDGES[from];
  return edges === 'all' || (edges?.includes(to) ?? false);
}

function isAllowedPackage(path: string, specifier: string): boolean {
  const name = specifier.startsWith('node:') ? specifier : packageOf(specifier);
  if (name === 'zod') return isSchema(path);
  const places = ['*', areaOf(path), path.slice('src/'.length)];
  return places.some((place) => ALLOWED_PACKAGES[place]?.includes(name));
}

/** What may name heavy packages as it likes, since everybody else has to import it when it is needed. */
function isLoadedLate(path: string | null): boolean {
  return (
    isSchema(path) || ['src/models/anthropic-sdk.ts', 'src/lib/expression/library.ts'].includes(path ?? '')
  );
}

function isHeavy(specifier: string): boolean {
  return [
    'zod',
    'yaml',
    '@anthropic-ai/sdk',
    'ollama',
    're2js',
    'ignore',
    'node:sqlite',
    'nodemailer',
    '@marcbachmann/cel-js',
  ].includes(packageOf(specifier));
}

function isSchema(path: string | null): boolean {
  return (
    path !== null &&
    (path.startsWith('src/protocol/schemas/') || /^src\/tools\/[\w-]+\/schema\.ts$/.test(path))
  );
}

function findCycles(files: SourceFile[]): string[] {
  const edges = new Map(files.map(({ path, imports }) => [path, imports.flatMap(({ file }) => file ?? [])]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
}
