import type { AppendFile, StateEntry, StateLock, StateStore } from '../protocol/store.ts';
import { monotonicMs } from './monotonic.ts';
import { checkName, isListed } from './state-names.ts';

/** How often a waiting `lock` looks again. */
const LOCK_POLL_MS = 10;

interface MemoryFile {
  chunks: Buffer[];
  sizeBytes: number;
  modifiedAt: number;
}

/** State that ends with the process. `reason` says to people why nothing is kept. */
export function createMemoryStore(reason: string): StateStore {
  const files = new Map<string, MemoryFile>();
  const locks = new Set<string>();

  function bytesOf(file: MemoryFile): Buffer {
    if (file.chunks.length > 1) file.chunks = [Buffer.concat(file.chunks)];
    return file.chunks[0] ?? Buffer.alloc(0);
  }

  function put(name: string, data: string | Uint8Array): MemoryFile {
    checkName(name);
    const bytes = Buffer.from(data);
    const file = { chunks: [bytes], sizeBytes: bytes.length, modifiedAt: Date.now() };
    files.set(name, file);
    return file;
  }

  return {
    kind: 'memory',
    location: `memory (${reason})`,
    async readText(name) {
      checkName(name);
      const file = files.get(name);
      return file === undefined ? undefined : bytesOf(file).toString('utf8');
    },
    async readBytes(name) {
      checkName(name);
      const file = files.get(name);
      return file === undefined ? undefined : Uint8Array.from(bytesOf(file));
    },
    async readRange(name, offsetBytes, limitBytes) {
      checkName(name);
      const file = files.get(name);
      if (file === undefined) return undefined;
      return Uint8Array.from(bytesOf(file).subarray(offsetBytes, offsetBytes + limitBytes));
    },
    async write(name, data) {
      put(name, data);
    },
    async openAppend(name) {
      checkName(name);
      return appendTo(files.get(name) ?? put(name, ''), bytesOf);
    },
    async list(folder) {
      checkName(folder);
      const entries: StateEntry[] = [];
      for (const [name, file] of files) {
        const rest = name.startsWith(`${folder}/`) ? name.slice(folder.length + 1) : '';
        if (rest === '' || rest.includes('/') || !isListed(rest)) continue;
        entries.push({ name: rest, sizeBytes: file.sizeBytes, modifiedAt: file.modifiedAt });
      }
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async remove(name) {
      checkName(name);
      files.delete(name);
    },
    async removeFolder(name) {
      checkName(name);
      for (const file of [...files.keys()]) if (file.startsWith(`${name}/`)) files.delete(file);
    },
    async lock(name, waitMs = 0): Promise<StateLock | undefined> {
      checkName(name);
      const end = monotonicMs() + waitMs;
      while (locks.has(name)) {
        if (monotonicMs() >= end) return undefined;
        await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
      }
      locks.add(name);
      let isHeld = true;
      return {
        release() {
          if (isHeld) locks.delete(name);
          isHeld = false;
        },
      };
    },
    pathOf: () => undefined,
  };
}

function appendTo(file: MemoryFile, bytesOf: (file: MemoryFile) => Buffer): AppendFile {
  let isClosed = false;
  const check = () => {
    if (isClosed) throw new Error('the append file is closed');
  };
  return {
    append(data) {
      check();
      const bytes = Buffer.from(data);
      file.chunks.push(bytes);
      file.sizeBytes += bytes.length;
      file.modifiedAt = Date.now();
    },
    async sync() {
      check();
    },
    truncate(sizeBytes) {
      check();
      file.chunks = [bytesOf(file).subarray(0, sizeBytes)];
      file.sizeBytes = Math.min(file.sizeBytes, sizeBytes);
    },
    async readText() {
      check();
      return bytesOf(file).toString('utf8');
    },
    close() {
      isClosed = true;
    },
  };
}
