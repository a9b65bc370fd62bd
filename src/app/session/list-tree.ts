import { dirname, relative } from 'node:path';
import { createLookBench } from '../looking/look-bench.ts';
import type { World } from '../world.ts';

/** What may be mentioned of a tree that nobody has counted: more is not looked at. */
const MOST_FILES = 20_000;
const LONGEST_MS = 1_500;

export interface Tree {
  /** Relative to the working folder, sorted. */
  files: string[];
  /** With a `/` at the end. */
  folders: string[];
}

/** Files below the working folder, or below a folder of it, without what .gitignore leaves out and what policy calls secret. Through the gate. */
export async function listTree(world: World, below: string, signal: AbortSignal): Promise<Tree> {
  const { gate, policing } = await createLookBench(world);
  const root = await world.files.resolve(world.cwd, '/');
  const start = await world.files.resolve(below, root);
  const isInside = start === root || start.startsWith(root === '/' ? '/' : `${root}/`);
  if (!isInside || (await world.files.facts(start))?.kind !== 'directory') return { files: [], folders: [] };
  const over = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const files: string[] = [];
  await gate.perform({ id: 'M1', origin: 'look', action: { kind: 'scan', root: start } }, async (permit) => {
    const options = { limit: MOST_FILES, isSecret: policing.policy.isSecretPath, signal: over };
    for await (const { path } of world.files.scan(permit, options)) files.push(relative(root, path));
    return { value: undefined, trace: { ok: true, summary: `${files.length} files` } };
  });
  const folders = new Set<string>();
  for (const file of files) {
    for (let folder = dirname(file); folder !== '.' && !folders.has(`${folder}/`); folder = dirname(folder)) {
      folders.add(`${folder}/`);
    }
  }
  return { files, folders: [...folders].sort() };
}
