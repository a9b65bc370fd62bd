import type { OperatorFiles } from '../../src/protocol/machine.ts';

/** Operators' files from a map of path → text. */
export function operatorFiles(texts: Readonly<Record<string, string>>): OperatorFiles {
  return {
    readText: async (path) => (Object.hasOwn(texts, path) ? texts[path] : undefined),
    list: async (folder) =>
      Object.keys(texts)
        .filter((path) => path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes('/'))
        .map((path) => path.slice(folder.length + 1))
        .sort(),
    exists: (path) => Object.hasOwn(texts, path),
    isTrustedExecutable: () => false,
  };
}
