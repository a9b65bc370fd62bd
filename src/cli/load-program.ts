import { hash } from 'node:crypto';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';

export interface LoadedProgram<T> {
  exports: T;
  /** Call once, when the work is done and its output is out. Never throws: a start must not depend on what is kept. */
  keepCode(): void;
}

const DIGEST_BYTES = 32;
/** Ten times what the code of all parts together takes: a damaged file system says any size. */
const MOST_KEPT_BYTES = 64 * 1024 * 1024;
/** Then it is written anew, with what the runs since have used besides. */
const KEPT_MS = 24 * 60 * 60 * 1000;
/** Of other programs: those that have not been loaded any more for as long are removed. */
const FORGOTTEN_MS = 30 * KEPT_MS;

/**
 * Runs a program from its file with the machine code's forerunner (bytecode) that earlier runs left. Node's own compile
 * cache keeps only what is compiled when a file is loaded, so that each start compiled a thousand functions again.
 * `folder` must be ours alone, since what lies there is executed; null: nothing is kept. `parts` are files beside it, by
 * the names by which the program requires them; each is loaded in the same way, when it is first required.
 * `part:NAME/MODULE` is one module of a part that exports `modules()`.
 */
export function loadProgram<T>(
  path: string,
  folder: string | null,
  parts: Readonly<Record<string, string>> = {},
): LoadedProgram<T> {
  const loaded = new Map<string, LoadedFile>();
  const data = new Map<string, unknown>();
  const load = (file: string): unknown => {
    if (!file.endsWith('.cjs')) {
      if (!data.has(file)) data.set(file, readData(file));
      return data.get(file);
    }
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const fresh = loadFile(file, folder, requirePart);
    loaded.set(file, fresh);
    return fresh.exports;
  };
  const modules = new Map<string, unknown>();
  const requirePart = (name: string): unknown => {
    const end = name.indexOf('/');
    const part = parts[end === -1 ? name : name.slice(0, end)];
    if (part === undefined) return process.getBuiltinModule(name) ?? requireFrom(path, name);
    const file = join(dirname(path), part);
    if (end === -1) return load(file);
    // The build makes such a part from the modules that it names.
    if (!modules.has(name)) modules.set(name, (load(file) as Layer).modules()[name.slice(end + 1)]?.());
    return modules.get(name);
  };
  return {
    // The build makes the program from the module whose type the caller names.
    exports: load(path) as T,
    keepCode() {
      if (folder === null) return;
      try {
        const stale = [...loaded.values()].filter(({ isFresh }) => !isFresh);
        for (const { file, script } of stale) writeKept(keptPath(folder, file), script.createCachedData());
        if (stale.length > 0) removeForgotten(folder);
      } catch {
        // A full or read-only disk: the next start compiles again.
      }
    },
  };
}

/** What is installed and not built in. Hardly anything is, so the module for it is looked up here. */
function requireFrom(path: string, name: string): unknown {
  return process.getBuiltinModule('node:module').createRequire(path)(name);
}

interface Layer {
  modules(): Record<string, () => unknown>;
}

interface LoadedFile {
  file: string;
  exports: unknown;
  script: Script;
  /** What is kept of it need not be written. */
  isFresh: boolean;
}

function loadFile(file: string, folder: string | null, require: (name: string) => unknown): LoadedFile {
  const kept = folder === null ? null : factsOf(keptPath(folder, file));
  // One after the other into the same memory: a start pays for every page that it is the first to touch.
  const memory = Buffer.allocUnsafeSlow(Math.max(statSync(file).size, kept?.size ?? 0));
  const text = readInto(memory, file).toString('latin1');
  const code = kept === null ? null : readKept(memory, kept.path);
  const script = new Script(text, { filename: file, ...(code === null ? {} : { cachedData: code }) });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module);
  const isYoung = kept !== null && Date.now() - kept.mtimeMs < KEPT_MS;
  const isFresh = code !== null && script.cachedDataRejected !== true && isYoung;
  return { file, exports: module.exports, script, isFresh };
}

/** What fits into `memory`, and so all of a file that nobody made longer meanwhile. */
function readInto(memory: Buffer, path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    let length = 0;
    for (let count = -1; count !== 0; length += count)
      count = readSync(file, memory, length, memory.length - length, null);
    return memory.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function readData(file: string): unknown {
  return file.endsWith('.text') ? textOf(file) : JSON.parse(readFileSync(file, 'latin1'));
}

/** Of ASCII, by the places of its characters. */
interface Text {
  slice(start: number, end: number): string;
}

/** The file stays open until the program ends. */
function textOf(path: string): Text {
  const file = openSync(path, 'r');
  return {
    slice(start, end) {
      const bytes = Buffer.allocUnsafe(end - start);
      const read = readSync(file, bytes, 0, bytes.length, start);
      return bytes.toString('latin1', 0, read);
    },
  };
}

function keptPath(folder: string, file: string): string {
  return join(folder, basename(file).replace(/\.cjs$/, '.code'));
}

/** null when there is nothing, or something that nobody here wrote. */
function factsOf(path: string): { path: string; size: number; mtimeMs: number } | null {
  try {
    const { size, mtimeMs } = statSync(path);
    return size > MOST_KEPT_BYTES ? null : { path, size, mtimeMs };
  } catch {
    return null;
  }
}

/** null when it is not what was written. */
function readKept(memory: Buffer, path: string): Buffer | null {
  try {
    const bytes = readInto(memory, path);
    const code = bytes.subarray(DIGEST_BYTES);
    return digestOf(code).equals(bytes.subarray(0, DIGEST_BYTES)) ? code : null;
  } catch {
    return null;
  }
}

function writeKept(file: string, code: Buffer): void {
  const temp = `${file}.${process.pid}`;
  writeFileSync(temp, Buffer.concat([digestOf(code), code]), { mode: 0o600 });
  renameSync(temp, file);
}

function removeForgotten(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > FORGOTTEN_MS) rmSync(path, { recursive: true, force: true });
  }
}

function digestOf(code: Uint8Array): Buffer {
  return hash('sha256', code, 'buffer');
}
