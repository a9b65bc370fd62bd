import { dirname, join, relative } from 'node:path';
import { sha256 } from '../../lib/digest.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { FutureFile } from '../future-files.ts';
import type { ChangePorts } from '../ports.ts';

/** Of larger trees no copy is made. */
const MOST_FILES = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 20_000;

export type TreePorts = Pick<
  ChangePorts,
  'gate' | 'processes' | 'files' | 'copyOf' | 'origin' | 'signal' | 'secrets'
>;

/** What nix sees of a flake: in a work tree of git what git tracks, else all of its folder. */
export interface FlakeTree {
  /** The top of the work tree, or the folder of the flake. Absolute. */
  root: string;
  /** The flake below it; '' where it is the top. */
  folder: string;
  /** By their names below the root. Secrets, links and what git ignores are empty. */
  files: ReadonlyMap<string, Uint8Array>;
  /** Of the names that git tracks; null without git. */
  tracked: ReadonlySet<string> | null;
}

/** Flakes with what changes in them; null: in none. A file that is no Nix counts beside one. */
export async function flakesOf(
  files: readonly FutureFile[],
  ports: Pick<TreePorts, 'files'>,
): Promise<Map<string | null, FutureFile[]>> {
  const found = new Map<string | null, FutureFile[]>();
  for (const file of files) {
    const folder = await flakeOf(file.path, files, ports);
    if (isNix(file) || folder !== null) found.set(folder, [...(found.get(folder) ?? []), file]);
  }
  return new Map([...found].filter(([, own]) => own.some(isNix)));
}

function isNix({ path }: FutureFile): boolean {
  return /\.nix$|\/flake\.lock$/.test(path);
}

/** The folder above a file that holds a `flake.nix`, now or after the change; null: there is none. */
async function flakeOf(
  path: string,
  files: readonly FutureFile[],
  ports: Pick<TreePorts, 'files'>,
): Promise<string | null> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const flake = join(folder, 'flake.nix');
    if (files.some((file) => file.path === flake)) return folder;
    if ((await ports.files.facts(flake))?.kind === 'file') return folder;
    if (folder === dirname(folder)) return null;
  }
}

export async function readFlake(
  step: string,
  folder: string,
  ports: TreePorts,
): Promise<FlakeTree | { problem: string }> {
  const top = await git(`${step}.top`, ['rev-parse', '--show-toplevel'], folder, ports);
  const listed = top === null ? null : await git(`${step}.tracked`, ['ls-files', '-z'], top.trim(), ports);
  const root = top === null || listed === null ? folder : top.trim();
  const tracked = listed === null ? null : new Set(listed.split('\0').filter(Boolean));
  const files = new Map<string, Uint8Array>();
  const action = { kind: 'scan' as const, root };
  const admission = await ports.gate.perform(
    { id: `${step}.tree`, origin: ports.origin, action },
    async (permit) => {
      const problem = await collect(permit).catch((error: unknown) => {
        if (error instanceof OpsError) return error.message;
        throw error;
      });
      return { value: problem, trace: { ok: problem === null, summary: problem ?? `${files.size} files` } };
    },
  );
  if (admission.kind === 'refused') return { problem: admission.reason };
  if (admission.value !== null) return { problem: admission.value };
  // They are there for nix, and what is in them is not for us.
  for (const name of tracked ?? []) if (!files.has(name)) files.set(name, new Uint8Array());
  return { root, folder: relative(root, folder), files, tracked };

  async function collect(permit: Parameters<TreePorts['files']['scan']>[0]): Promise<string | null> {
    let bytes = 0;
    const options = { limit: MOST_FILES + 1, signal: ports.signal, ...ports.secrets };
    for await (const file of ports.files.scan(permit, options)) {
      const name = relative(root, file.path);
      if (tracked !== null && !tracked.has(name)) continue;
      bytes += file.sizeBytes;
      if (files.size >= MOST_FILES || bytes > MOST_BYTES) return `${root} is too large to be copied`;
      const content = await file.read();
      if (content !== undefined) files.set(name, new Uint8Array(content));
    }
    return null;
  }
}

/** What an evaluation rests on besides the files of the change itself. */
export function digestOf({ root, files }: FlakeTree, changed: readonly FutureFile[]): string {
  const own = new Set(changed.map(({ path }) => relative(root, path)));
  const names = [...files.keys()].filter((name) => !own.has(name)).sort();
  return sha256(JSON.stringify(names.map((name) => [name, sha256(files.get(name) ?? '')])));
}

/** A copy outside of every repository, as the change leaves it or as it is now. Gives how nix is told of it. */
export async function copyFlake(
  name: string,
  tree: FlakeTree,
  changed: readonly FutureFile[],
  lock: string | null,
  ports: Pick<TreePorts, 'copyOf'>,
): Promise<{ at: string; reference: string }> {
  const all = new Map<string, string | Uint8Array>(tree.files);
  for (const { path, after } of changed) all.set(relative(tree.root, path), after);
  if (lock !== null) all.set(join(tree.folder, 'flake.lock'), lock);
  let at = '';
  for (const [file, content] of all) {
    const written = await ports.copyOf(`${name}/${file}`, content);
    at = written.slice(0, -file.length - 1);
  }
  return { at, reference: `path:${at}${tree.folder === '' ? '' : `?dir=${tree.folder}`}` };
}

async function git(
  id: string,
  words: readonly string[],
  cwd: string,
  ports: TreePorts,
): Promise<string | null> {
  if (ports.processes.find('git') === undefined) return null;
  const action = { kind: 'process' as const, argv: ['git', ...words], cwd };
  const admission = await ports.gate.perform({ id, origin: ports.origin, action }, async (permit) => {
    const options = { timeoutMs: TIMEOUT_MS, limitBytes: 4 * 1024 * 1024, signal: ports.signal };
    const value = await ports.processes.run(permit, options);
    return { value, trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode ?? value.signal}` } };
  });
  if (admission.kind === 'refused') return null;
  const { exitCode, stdout } = admission.value;
  return exitCode === 0 && !stdout.isTruncated ? stdout.text : null;
}
