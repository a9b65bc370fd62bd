import { sha256 } from '../../lib/digest.ts';
import { isRecord } from '../../lib/is-record.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { AskedBy } from '../../protocol/executor.ts';
import type { StateStore } from '../../protocol/store.ts';

/** What was used up, on disk before the first step of what it allowed. */
export interface Claim {
  /** The executor's run that uses it. */
  run: string;
  /** Milliseconds since the epoch. */
  at: number;
}

const FOLDER = 'used';
const LOCK = 'used';
const LOCK_WAIT_MS = 5_000;

/** The name of what one request may use up: the same run's same change is the same request, however often it comes. */
export function requestClaim(uid: number, from: AskedBy): string {
  return `request-${sha256(JSON.stringify([uid, from.run, from.change]))}`;
}

export function approvalClaim(approval: string): string {
  return approval;
}

/** Exactly one of all who try gets it. OpsError `input` for everybody else, also when the record of it is broken. */
export async function claimOnce(store: StateStore, name: string, claim: Claim): Promise<void> {
  const lock = await store.lock(LOCK, LOCK_WAIT_MS);
  if (lock === undefined) throw new OpsError('claims-busy', 'busy', 'another executor holds what was used');
  try {
    if (await isClaimed(store, name)) {
      throw new OpsError('used', 'input', 'it was used before: what was allowed once is done once', {
        hint: 'ask for it anew',
      });
    }
    await store.write(place(name), JSON.stringify(claim));
  } finally {
    lock.release();
  }
}

/** By its file being there: one whose seal is broken still stands against a second use. */
export async function isClaimed(store: StateStore, name: string): Promise<boolean> {
  return (await store.readBytes(place(name))) !== undefined;
}

export async function claimOf(store: StateStore, name: string): Promise<Claim | null> {
  const text = await store.readText(place(name));
  if (text === undefined) return null;
  const value: unknown = JSON.parse(text);
  const isOurs = isRecord(value) && typeof value.run === 'string' && typeof value.at === 'number';
  return isOurs ? (value as unknown as Claim) : null;
}

/**
 * Those of before `before`, milliseconds since the epoch. What they stood against is over by then: an approval lives for
 * hours, and a request that comes again so late asks for what it may ask for anew.
 */
export async function pruneClaims(store: StateStore, before: number): Promise<void> {
  for (const { name, modifiedAt } of await store.list(FOLDER)) {
    if (modifiedAt < before) await store.remove(`${FOLDER}/${name}`);
  }
}

function place(name: string): string {
  return `${FOLDER}/${name}.json`;
}
