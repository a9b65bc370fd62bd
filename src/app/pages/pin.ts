import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto';
import { isRecord } from '../../lib/is-record.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Clock } from '../../protocol/machine.ts';
import type { StateStore } from '../../protocol/store.ts';

/** What approves without an enrolled device, together with the address of the approval. */
export interface Pin {
  isSet(): Promise<boolean>;
  /** Also ends a lock-out. `wanted` null: eight digits by chance. OpsError `input` for one that is guessed at once. */
  set(wanted: string | null): Promise<string>;
  remove(): Promise<void>;
  /** Every attempt counts before it is looked at, also over restarts: two at once are not two for one. */
  check(given: string): Promise<PinAnswer>;
}

export type PinAnswer =
  | { kind: 'right' }
  /** `until`, milliseconds since the epoch: when the next attempt is looked at; null: at once. */
  | { kind: 'wrong'; failures: number; until: number | null }
  | { kind: 'locked'; until: number }
  | { kind: 'unset' };

/** Wrong ones in a row that cost nothing: people mistype. From then on the wait doubles with each. */
const FREE_FAILURES = 3;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;
const SHORTEST = 6;
const LONGEST = 64;
/** 64 MiB and about a tenth of a second: RFC 7914 as OWASP advises it. */
const COST = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };
const FILE = 'pages/pin.json';
const LOCK = 'pages-pin';
/** Attempts are looked at one after the other, and each takes its time on a busy host. */
const LOCK_WAIT_MS = 30_000;

interface PinFile {
  version: 1;
  salt: string;
  hash: string;
  /** In a row. */
  failures: number;
  /** Milliseconds since the epoch. */
  lockedUntil: number;
}

export function createPin({ store, clock }: { store: StateStore; clock: Clock }): Pin {
  async function locked<T>(work: () => Promise<T>): Promise<T> {
    const lock = await store.lock(LOCK, LOCK_WAIT_MS);
    if (lock === undefined) {
      throw new OpsError('pages-busy', 'busy', 'another attempt is being looked at', { hint: 'try again' });
    }
    try {
      return await work();
    } finally {
      lock.release();
    }
  }

  const write = (file: PinFile): Promise<void> => store.write(FILE, JSON.stringify(file));

  return {
    isSet: async () => (await readPin(store)) !== null,
    set: (wanted) =>
      locked(async () => {
        const pin = wanted ?? String(randomInt(100_000_000)).padStart(8, '0');
        if (wanted !== null) checkStrength(wanted);
        const salt = randomBytes(16).toString('hex');
        const hash = (await derive(pin, salt)).toString('hex');
        await write({ version: 1, salt, hash, failures: 0, lockedUntil: 0 });
        return pin;
      }),
    remove: () => locked(() => store.remove(FILE)),
    check: (given) =>
      locked(async () => {
        const file = await readPin(store);
        if (file === null) return { kind: 'unset' };
        const now = clock.now();
        // A clock that was set back must not lock for longer than any wait is.
        const until = Math.min(file.lockedUntil, now + LONGEST_WAIT_MS);
        if (now < until) return { kind: 'locked', until };
        const failures = file.failures + 1;
        const next = { ...file, failures, lockedUntil: now + waitAfter(failures) };
        await write(next);
        const hash = await derive(given.slice(0, LONGEST), file.salt);
        if (!timingSafeEqual(hash, Buffer.from(file.hash, 'hex'))) {
          return { kind: 'wrong', failures, until: next.lockedUntil > now ? next.lockedUntil : null };
        }
        await write({ ...file, failures: 0, lockedUntil: 0 });
        return { kind: 'right' };
      }),
  };
}

/** Milliseconds after so many wrong ones in a row. */
export function waitAfter(failures: number): number {
  if (failures < FREE_FAILURES) return 0;
  return Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - FREE_FAILURES, 30), LONGEST_WAIT_MS);
}

function checkStrength(pin: string): void {
  const isSame = new Set(pin).size < 3;
  const isRow = '01234567890'.includes(pin) || '09876543210'.includes(pin);
  if (pin.length >= SHORTEST && pin.length <= LONGEST && !isSame && !isRow) return;
  throw new OpsError('weak-pin', 'input', 'that PIN is too easy to guess', {
    hint: `${SHORTEST} signs or more, not in a row, at least three different; without one of your own, eight digits are made`,
  });
}

function derive(pin: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(pin.normalize('NFC'), Buffer.from(salt, 'hex'), 32, COST, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** null: none is set. One that cannot be read opens nothing, and says so. */
async function readPin(store: StateStore): Promise<PinFile | null> {
  const text = await store.readText(FILE);
  if (text === undefined) return null;
  try {
    const value: unknown = JSON.parse(text);
    const isOurs =
      isRecord(value) &&
      typeof value.salt === 'string' &&
      typeof value.hash === 'string' &&
      /^[0-9a-f]{64}$/.test(value.hash) &&
      typeof value.failures === 'number' &&
      typeof value.lockedUntil === 'number';
    if (isOurs) return value as unknown as PinFile;
  } catch {
    // Reported below.
  }
  throw new OpsError('pages-unreadable', 'settings', `${FILE} in ${store.location} cannot be read`, {
    hint: 'steward pages pin sets a new one',
  });
}
