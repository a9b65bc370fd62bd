import { dirname, isAbsolute, join } from 'node:path';
import { sha256 } from '../lib/digest.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { ChangeStep } from '../protocol/change.ts';
import type { ChangePorts } from './ports.ts';

/** Larger files are not edited by hand, and their diff would be read by nobody. */
const LARGEST_BYTES = 8 * 1024 * 1024;

export interface FutureFile {
  /** Absolute, links resolved. */
  path: string;
  /** null: it is not there now. */
  before: string | null;
  after: string;
  /** Digests of everything that stands in it between the first and the last step. */
  known: string[];
  /** What has to be made for it to be written, outermost first. Absent in plans of older releases. */
  folders?: string[];
}

/** The files as they will be, step for step, without touching one. */
export interface FutureFiles {
  /** What a step writes. Rejects with OpsError `input` when it cannot be: `find` is missing or stands there twice, … */
  take(step: Extract<ChangeStep, { kind: 'edit' | 'write' }>): Promise<Written>;
  all(): FutureFile[];
  /** A file as it will be after the steps so far; null: it will not be there. */
  peek(path: string): Promise<{ path: string; text: string; isChanged: boolean } | null>;
}

export interface Written {
  path: string;
  content: string;
  /** sha256 of what has to be there; null: nothing may be. */
  expects: string | null;
}

/**
 * `past`: files as earlier targets of the same change leave them, null for none there. Reads are numbered after
 * `change` in the log: `X1.1.read1`.
 */
export function createFutureFiles(
  change: string,
  past: ReadonlyMap<string, string | null>,
  ports: ChangePorts,
): FutureFiles {
  const files = new Map<string, FutureFile>();
  let reads = 0;

  async function open(written: string): Promise<FutureFile> {
    const path = await ports.files.resolve(
      isAbsolute(written) ? written : join(ports.cwd, written),
      ports.cwd,
    );
    const known = files.get(path);
    if (known !== undefined) return known;
    const earlier = past.get(path);
    if (earlier === undefined) reads += 1;
    const before = earlier === undefined ? await readNow(`${change}.read${reads}`, path, ports) : earlier;
    const folders = before === null ? await missingFolders(path, ports) : [];
    const digests = before === null ? [] : [sha256(before)];
    const file = { path, before, after: before ?? '', known: digests, folders };
    files.set(path, file);
    return file;
  }

  return {
    async take(step) {
      const file = await open(step.file);
      const isThere = file.known.length > 0;
      const content = step.kind === 'write' ? step.text : edited(file, step, isThere);
      const expects = isThere ? sha256(file.after) : null;
      file.after = content;
      file.known.push(sha256(content));
      return { path: file.path, content, expects };
    },
    all: () => [...files.values()],
    async peek(written) {
      const path = await ports.files.resolve(
        isAbsolute(written) ? written : join(ports.cwd, written),
        ports.cwd,
      );
      const known = files.get(path);
      if (known !== undefined) return { path, text: known.after, isChanged: true };
      const earlier = past.get(path);
      if (earlier === undefined) reads += 1;
      const text = earlier === undefined ? await readNow(`${change}.read${reads}`, path, ports) : earlier;
      return text === null ? null : { path, text, isChanged: earlier !== undefined };
    },
  };
}

async function missingFolders(path: string, { files }: ChangePorts): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) {
    if ((await files.facts(folder)) !== undefined) break;
    missing.unshift(folder);
  }
  return missing;
}

function edited(file: FutureFile, step: Extract<ChangeStep, { kind: 'edit' }>, isThere: boolean): string {
  if (!isThere) throw problem(`${file.path} is not there, so there is nothing to edit`);
  const at = file.after.indexOf(step.find);
  if (at === -1) throw problem(`${file.path} does not hold the text to be found`);
  if (file.after.indexOf(step.find, at + 1) !== -1) {
    throw problem(`${file.path} holds the text to be found more than once: give more of its surroundings`);
  }
  return file.after.slice(0, at) + step.replace + file.after.slice(at + step.find.length);
}

export type ReadPorts = Pick<ChangePorts, 'files' | 'gate' | 'origin'>;

/** null when there is no such file. */
export async function readNow(step: string, path: string, ports: ReadPorts): Promise<string | null> {
  const facts = await ports.files.facts(path);
  if (facts === undefined) return null;
  if (facts.kind !== 'file') throw problem(`${path} is not a regular file`);
  if (facts.sizeBytes > LARGEST_BYTES) throw problem(`${path} is too large to be changed here`);
  const admission = await ports.gate.perform(
    { id: step, origin: ports.origin, action: { kind: 'read', path } },
    async (permit) => {
      const value = await ports.files.read(permit, { limitBytes: LARGEST_BYTES + 1 });
      return { value, trace: { ok: true, summary: `${value.length} bytes` } };
    },
  );
  if (admission.kind === 'refused') throw problem(admission.reason);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(admission.value);
  } catch {
    throw problem(`${path} is not UTF-8; writing it back would destroy other bytes in it`);
  }
}

/** The same as a value: a way back has to go on. */
export async function readOrTell(
  step: string,
  path: string,
  ports: ReadPorts,
): Promise<{ text: string | null } | { problem: string }> {
  try {
    return { text: await readNow(step, path, ports) };
  } catch (error) {
    if (error instanceof OpsError) return { problem: error.message };
    throw error;
  }
}

function problem(message: string): OpsError {
  return new OpsError('bad-change', 'input', message);
}
