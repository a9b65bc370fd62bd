import { accessSync, constants, statSync } from 'node:fs';
import { OpsError } from '../lib/ops-error.ts';
import type { StateStore } from '../protocol/store.ts';
import { listFolder, readIfThere, readPartIfThere } from './disk-store.ts';
import { checkName } from './state-names.ts';

/** A log that was written to this lately counts as worked on: whoever may only read cannot try its lock. */
const RECENT_MS = 60_000;

/** Somebody else's state, to be looked at. null when it is not there or not ours to read. Every change is refused. */
export function openReadOnlyStore(folder: string): StateStore | null {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
    if (!statSync(folder).isDirectory()) return null;
  } catch {
    return null;
  }
  const place = (name: string) => {
    checkName(name);
    return `${folder}/${name}`;
  };
  const refuse = async (): Promise<never> => {
    throw new OpsError('state-unwritable', 'state-full', `${folder} is somebody else's: it is only read`);
  };
  return {
    kind: 'disk',
    location: folder,
    readText: async (name) => (await readIfThere(place(name)))?.toString('utf8'),
    readBytes: (name) => readIfThere(place(name)),
    readRange: (name, offsetBytes, limitBytes) => readPartIfThere(place(name), offsetBytes, limitBytes),
    list: (name) => listFolder(place(name)),
    async lock(name) {
      const facts = statSync(`${place(name)}.jsonl`, { throwIfNoEntry: false });
      return (facts?.mtimeMs ?? 0) > Date.now() - RECENT_MS ? undefined : { release() {} };
    },
    pathOf: place,
    write: refuse,
    openAppend: refuse,
    remove: refuse,
    removeFolder: refuse,
  };
}
