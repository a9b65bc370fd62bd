import { randomBytes } from 'node:crypto';
import { OpsError } from '../../lib/ops-error.ts';
import type { StateStore } from '../../protocol/store.ts';
import { seal, unseal } from './seal.ts';

/** Folders whose records decide what may be done. */
const SEALED = ['approvals/', 'used/'];

const KEY = 'seal.key';
const KEY_WAIT_MS = 5_000;

/** Made when it is first wanted; in the executor's own folder, which nobody else can read. */
export async function readSealKey(store: StateStore): Promise<string> {
  const known = keyOf(await store.readText(KEY));
  if (known !== null) return known;
  const lock = await store.lock(KEY, KEY_WAIT_MS);
  if (lock === undefined) throw new OpsError('key-busy', 'busy', `${KEY} is held by another executor`);
  try {
    const text = await store.readText(KEY);
    const made = keyOf(text);
    if (made !== null) return made;
    if (text !== undefined) {
      throw new OpsError('bad-seal-key', 'settings', `${KEY} in ${store.location} holds no key`, {
        hint: 'remove it; what waits for an answer has to be asked for again',
      });
    }
    const key = randomBytes(32).toString('hex');
    await store.write(KEY, `${key}\n`);
    return key;
  } finally {
    lock.release();
  }
}

function keyOf(text: string | undefined): string | null {
  return /^[0-9a-f]{64}\n?$/.test(text ?? '') ? (text ?? '').trim() : null;
}

/**
 * The same store, with a seal on every record that decides something. What carries none is told to `onBroken` and then
 * is not there.
 */
export function sealStore(store: StateStore, key: string, onBroken: (name: string) => void): StateStore {
  const isSealed = (name: string) =>
    SEALED.some((folder) => name.startsWith(folder)) && name.endsWith('.json');
  return {
    kind: store.kind,
    location: store.location,
    async readText(name) {
      const text = await store.readText(name);
      if (text === undefined || !isSealed(name)) return text;
      const body = unseal(key, name, text);
      if (body !== null) return body;
      onBroken(name);
      return undefined;
    },
    async write(name, data) {
      if (!isSealed(name)) return store.write(name, data);
      const body = typeof data === 'string' ? data : Buffer.from(data).toString('utf8');
      return store.write(name, seal(key, name, body));
    },
    readBytes: (name) => store.readBytes(name),
    readRange: (name, offsetBytes, limitBytes) => store.readRange(name, offsetBytes, limitBytes),
    openAppend: (name) => store.openAppend(name),
    list: (folder) => store.list(folder),
    remove: (name) => store.remove(name),
    removeFolder: (name) => store.removeFolder(name),
    lock: (name, waitMs) => store.lock(name, waitMs),
    pathOf: (name) => store.pathOf(name),
  };
}
