import type { Plugin } from 'esbuild';

/** Read at the first call: many modules name these functions, most runs call none, and whoever does waits anyway. */
const LATE = ['node:fs/promises'];

/**
 * Node's own modules without their ES facade: `import … from 'node:util'` reads every export that there is, also those
 * which load worker threads or web crypto when they are read. Here only what our own sources name is read.
 */
export const leanBuiltins: Plugin = {
  name: 'lean-builtins',
  setup({ onResolve, onLoad, initialOptions }) {
    const own = `${initialOptions.absWorkingDir}/src/`;
    onResolve({ filter: /^node:/ }, ({ path, kind, importer }) =>
      kind === 'import-statement' && importer.startsWith(own)
        ? { path, namespace: 'builtin', sideEffects: false }
        : null,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      const module = `process.getBuiltinModule(${JSON.stringify(path)})`;
      const given = (process.getBuiltinModule(path) ?? {}) as Record<string, unknown>;
      const names = Object.keys(given).filter((name) => name !== 'default');
      const exports = names.map((name) =>
        LATE.includes(path) && typeof given[name] === 'function'
          ? `export const ${name} = (...given) => $read(${JSON.stringify(name)})(...given);`
          : `export const ${name} = /* @__PURE__ */ $read(${JSON.stringify(name)});`,
      );
      return { contents: [`const $read = (name) => ${module}[name];`, ...exports].join('\n') };
    });
  },
};
