/**
 * The program in files by what a run of it needs: a start reads and lays out in memory only what it comes to.
 */
import { relative } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';

/** `roots`: what the file is for; what they import at once is in it too, unless an earlier layer has it. */
export interface Layer {
  name: string;
  roots: readonly string[];
}

type Inputs = Metafile['inputs'];

/** Name of the layer by module. The last layer takes what no other has. */
export function assignLayers(inputs: Inputs, layers: readonly Layer[]): Map<string, string> {
  const layerOf = new Map<string, string>();
  const add = (module: string, layer: string): void => {
    const input = inputs[module];
    if (input === undefined || layerOf.has(module)) return;
    layerOf.set(module, layer);
    for (const { path, kind } of input.imports) {
      // A package that is imported late is wanted soon after; the others are files of their own.
      if (kind !== 'dynamic-import' || path.includes('node_modules/')) add(path, layer);
    }
  };
  for (const { name, roots } of layers) {
    for (const root of roots) {
      if (inputs[root] === undefined) throw new Error(`layer ${name}: there is no module ${root}`);
      add(root, name);
    }
  }
  for (const module of Object.keys(inputs)) add(module, layers.at(-1)?.name ?? '');
  return layerOf;
}

/** A file's entry: its modules that other files name, each evaluated when it is first wanted. */
export function entryOf(layer: string, inputs: Inputs, layerOf: ReadonlyMap<string, string>): string {
  const asked = new Set(
    Object.entries(inputs).flatMap(([module, { imports }]) =>
      layerOf.get(module) === layer ? [] : imports.map(({ path }) => path),
    ),
  );
  const rows = [...asked]
    .filter((module) => layerOf.get(module) === layer && !isBuiltin(module))
    .map((module) => `${JSON.stringify(module)}: () => require(${JSON.stringify(`./${module}`)}),`);
  return ['export function modules() {', 'return {', ...rows, '};', '}'].join('\n');
}

/** Imports of what another layer has become `part:LAYER/MODULE`. */
export function across(layer: string, layerOf: ReadonlyMap<string, string>, root: string): Plugin {
  return {
    name: 'across',
    setup({ onResolve, resolve }) {
      onResolve(
        { filter: /./ },
        async ({ path, pluginData, kind, importer, namespace, resolveDir, with: attributes }) => {
          if (pluginData === RESOLVED || kind === 'entry-point') return null;
          const found = await resolve(path, {
            kind,
            importer,
            namespace,
            resolveDir,
            with: attributes,
            pluginData: RESOLVED,
          });
          if (found.external || found.namespace !== 'file' || found.errors.length > 0) return found;
          const module = relative(root, found.path);
          const there = layerOf.get(module);
          // A module that is in two files would be two modules: two classes of one name, two states.
          if (there === undefined) throw new Error(`${module} is in no layer`);
          return there === layer ? found : { path: `part:${there}/${module}`, external: true };
        },
      );
    },
  };
}

const RESOLVED = Symbol('resolved');

/** Each file has its own: they hold no state. */
function isBuiltin(module: string): boolean {
  return module.startsWith('builtin:');
}
