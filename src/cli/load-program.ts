import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

export interface LoadedProgram<T> {
  exports: T;
  /** Call once, when the work is done and its output is out. Never throws: a start must not depend on what is kept. */
  keepCode(): void;
}

const DIGEST_BYTES = 32;
/** Then it is written anew, with what the runs since have used besides. */
const KEPT_MS = 24 * 60 * 60 * 1000;
/** Of other programs: those that have not been loaded any more for as long are removed. */
const FORGOTTEN_MS = 30 * KEPT_MS;

/**
 * Runs a program from one file with the machine code's forerunner (bytecode) that earlier runs left. Node's own compile
 * cache keeps only what is compiled when a file is loaded, so that each start compiled a thousand functions again.
 * `folder` must be ours alone, since what lies there is executed; null: nothing is kept.
 */
export function loadProgram<T>(path: string, folder: string | null): LoadedProgram<T> {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.cjs$/, '.code');
  const file = folder === null ? null : join(folder, name);
  const kept = file === null ? null : readKept(file);
  const script = new Script(readFileSync(path, 'latin1'), {
    filename: path,
    ...(kept === null ? {} : { cachedData: kept.code }),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(path), module);
  const isFresh = kept !== null && script.cachedDataRejected !== true && kept.ageMs < KEPT_MS;
  return {
    // The build makes the program from the module whose type the caller names.
    exports: module.exports as T,
    keepCode() {
      if (file === null || folder === null || isFresh) return;
      try {
        writeKept(file, script.createCachedData());
        removeForgotten(folder);
      } catch {
        // A full or read-only disk: the next start compiles again.
      }
    },
  };
}

/** null when there is nothing, or not what was written. */
function readKept(file: string): { code: Buffer; ageMs: number } | null {
  try {
    const bytes = readFileSync(file);
    const code = bytes.subarray(DIGEST_BYTES);
    if (!digestOf(code).equals(bytes.subarray(0, DIGEST_BYTES))) return null;
    return { code, ageMs: Date.now() - statSync(file).mtimeMs };
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
  return createHash('sha256').update(code).digest();
}
