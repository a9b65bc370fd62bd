import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { MachineFiles, ToolEnd } from '../../host/index.ts';
import { isRecord } from '../../lib/is-record.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { type InstallPlan, MANIFEST, type PlannedFile } from './install-plan.ts';

export interface Ports {
  files: MachineFiles;
  /** A program of the system. */
  run(argv: readonly string[]): Promise<ToolEnd>;
  /** One line for the operator. */
  say(line: string): void;
}

/** What is on the machine because of us. */
export interface Manifest {
  version: 1;
  /** Folders that were made, outermost first. */
  folders: string[];
  /** `isShared`: somebody else wrote in it too, between two of ours. */
  files: { path: string; digest: string; before: { text: string; mode: number } | null; isShared: boolean }[];
  /** Done after the files are gone: users that were made, groups that somebody was put into. */
  undo: string[][];
}

export async function readManifest(files: MachineFiles): Promise<Manifest> {
  const text = await files.read(MANIFEST);
  if (text === undefined) return { version: 1, folders: [], files: [], undo: [] };
  try {
    const value: unknown = JSON.parse(text);
    // Written by us alone; of another shape, it is not.
    if (isRecord(value) && value.version === 1) return value as unknown as Manifest;
  } catch {
    // As below.
  }
  throw new OpsError('bad-manifest', 'settings', `${MANIFEST} cannot be read`, {
    hint: 'it lists what steward installed; without it remove the files named 50-steward.conf by hand',
  });
}

/** Writes what differs, runs the commands, and keeps a list of what was there before. OpsError when a command fails. */
export async function carryOut(plan: InstallPlan, ports: Ports, undo: string[][] = []): Promise<void> {
  const manifest = await readManifest(ports.files);
  await runAll(plan.users, ports);
  let hasChanged = false;
  for (const file of plan.files) {
    if (await put(file, manifest, ports)) hasChanged = true;
    // After each: cut off here, what is there is known.
    await writeManifest(manifest, ports.files);
  }
  for (const argv of undo) {
    if (!manifest.undo.some((known) => known.join(' ') === argv.join(' '))) manifest.undo.push(argv);
  }
  await writeManifest(manifest, ports.files);
  // Nothing is interrupted for what was so already.
  await runAll(
    plan.commands.filter((argv) => hasChanged || argv[1] !== 'restart'),
    ports,
  );
}

/** Whether anything had to be done. */
async function put(file: PlannedFile, manifest: Manifest, { files, say }: Ports): Promise<boolean> {
  const now = await files.read(file.path);
  const known = manifest.files.find(({ path }) => path === file.path);
  if (now === file.text && known !== undefined && (await files.mode(file.path)) === file.mode) {
    say(`as it was  ${file.path}`);
    return false;
  }
  const mode = await files.mode(file.path);
  const before = known === undefined && now !== undefined ? { text: now, mode: mode ?? 0o644 } : null;
  const made = await files.write(file.path, file.text, file.mode);
  manifest.folders.push(...made.filter((folder) => !manifest.folders.includes(folder)));
  const digest = digestOf(file.text);
  if (known === undefined) manifest.files.push({ path: file.path, digest, before, isShared: false });
  else {
    if (now !== undefined && digestOf(now) !== known.digest) known.isShared = true;
    known.digest = digest;
  }
  say(`${now === undefined ? 'written   ' : 'changed   '} ${file.path}`);
  return true;
}

/** Takes these files back, or all. What somebody changed since stays where it is, and is named. */
export async function takeBack(paths: readonly string[] | 'all', ports: Ports): Promise<string[]> {
  const { files, say } = ports;
  const manifest = await readManifest(files);
  const isMeant = (path: string): boolean => paths === 'all' || paths.includes(path);
  const kept: string[] = [];
  for (const { path, digest, before, isShared } of manifest.files.filter((file) => isMeant(file.path))) {
    const now = await files.read(path);
    if (now !== undefined && (isShared || digestOf(now) !== digest)) {
      kept.push(path);
      say(`left       ${path}: it was changed since`);
      continue;
    }
    if (before === null) await files.remove(path);
    else await files.write(path, before.text, before.mode);
    say(`${before === null ? 'removed   ' : 'as before '} ${path}`);
  }
  manifest.files = manifest.files.filter(({ path }) => kept.includes(path) || !isMeant(path));
  if (paths === 'all') {
    for (const argv of manifest.undo) await ports.run(argv);
    manifest.undo = [];
  }
  const inUse = new Set(manifest.files.map(({ path }) => dirname(path)));
  if (manifest.files.length === 0 && manifest.undo.length === 0) await files.remove(MANIFEST);
  else await writeManifest(manifest, files);
  for (const folder of [...manifest.folders].reverse())
    if (!inUse.has(folder)) await files.removeEmpty(folder);
  return kept;
}

export async function runAll(commands: readonly string[][], { run, say }: Ports): Promise<void> {
  for (const argv of commands) {
    const { code, stderr } = await run(argv);
    if (code === 0) continue;
    say(`failed     ${argv.join(' ')}`);
    throw new OpsError('command-failed', 'tool', `${argv.join(' ')} ended with ${code ?? 'a signal'}`, {
      hint: stderr.trim().split('\n').slice(-3).join('; ') || 'it said nothing',
    });
  }
}

async function writeManifest(manifest: Manifest, files: MachineFiles): Promise<void> {
  const made = await files.write(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`, 0o600);
  if (made.length === 0) return;
  manifest.folders.push(...made);
  await files.write(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`, 0o600);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
