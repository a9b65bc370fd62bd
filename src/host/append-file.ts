import {
  closeSync,
  existsSync,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  writeSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AppendFile } from '../protocol/store.ts';
import { asStateError } from './state-errors.ts';

export function openAppendFile(path: string): AppendFile {
  const isNew = !existsSync(path);
  let fd: number | undefined = openSync(path, 'a', 0o600);
  if (isNew) syncEntry(path);

  const descriptor = () => {
    if (fd === undefined) throw new Error(`${path} is closed`);
    return fd;
  };

  return {
    append(data) {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      let at = 0;
      try {
        while (at < bytes.length) at += writeSync(descriptor(), bytes, at);
      } catch (error) {
        // Whole or not at all: a full disk takes the first part of a line and refuses the rest.
        if (at > 0) ftruncateSync(descriptor(), fstatSync(descriptor()).size - at);
        throw asStateError(error, path);
      }
    },
    sync() {
      return new Promise((resolve, reject) => {
        fdatasync(descriptor(), (error) => (error === null ? resolve() : reject(asStateError(error, path))));
      });
    },
    truncate(sizeBytes) {
      ftruncateSync(descriptor(), Math.min(sizeBytes, fstatSync(descriptor()).size));
    },
    readText: () => readFile(path, 'utf8'),
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}

function syncEntry(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
