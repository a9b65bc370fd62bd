import { isRecord } from '../lib/is-record.ts';
import { OpsError } from '../lib/ops-error.ts';
import {
  APPROVAL_STATES,
  type Approval,
  type ApprovalAnswer,
  type ParkedChange,
} from '../protocol/approval.ts';
import type { Clock } from '../protocol/machine.ts';
import type { StateStore } from '../protocol/store.ts';
import { answer, expire, type Proposal, propose, type Refusal, settle } from './transitions.ts';

/** What waits for people, in the state folder. Every change of it is made under one lock, by all processes. */
export interface Approvals {
  /** Newest first; those whose time is over are told as expired. */
  list(): Promise<Approval[]>;
  /** By its id or the unique beginning of one. OpsError `input` for none and for several. */
  find(wanted: string): Promise<Approval>;
  propose(
    proposal: Proposal,
    parked: ParkedChange,
  ): Promise<{ approval: Approval; isNew: boolean; remind: boolean }>;
  answer(
    id: string,
    given: ApprovalAnswer,
  ): Promise<{ approval: Approval } | { refused: Refusal; approval: Approval }>;
  settle(
    id: string,
    end: { state: 'done' | 'void'; result: NonNullable<Approval['result']> },
  ): Promise<Approval>;
  parkedOf(id: string): Promise<ParkedChange | null>;
  /** Removes those that ended before `before`, milliseconds since the epoch, with what lies beside them. */
  prune(before: number): Promise<void>;
}

const FOLDER = 'approvals';
const LOCK = 'approvals';
const LOCK_WAIT_MS = 5_000;

export function createApprovals({ store, clock }: { store: StateStore; clock: Clock }): Approvals {
  async function locked<T>(work: () => Promise<T>): Promise<T> {
    const lock = await store.lock(LOCK, LOCK_WAIT_MS);
    if (lock === undefined) {
      throw new OpsError('approvals-busy', 'busy', 'the approvals are held by another process', {
        hint: `look for a steward process that hangs; the lock is ${LOCK}.lock in ${store.location}`,
      });
    }
    try {
      return await work();
    } finally {
      lock.release();
    }
  }

  async function read(id: string): Promise<Approval | undefined> {
    return parseApproval(await store.readText(`${FOLDER}/${id}.json`));
  }

  async function list(): Promise<Approval[]> {
    const entries = await store.list(FOLDER);
    const ids = entries.flatMap(({ name }) => /^(a-[a-z0-9]+)\.json$/.exec(name)?.[1] ?? []);
    const all = await Promise.all(ids.map(read));
    return all
      .flatMap((approval) => (approval === undefined ? [] : [expire(approval, clock.now())]))
      .sort((a, b) => b.updatedAt - a.updatedAt);
  }

  const write = (approval: Approval): Promise<void> =>
    store.write(`${FOLDER}/${approval.id}.json`, `${JSON.stringify(approval)}\n`);

  async function mustRead(id: string): Promise<Approval> {
    const found = await read(id);
    if (found !== undefined) return found;
    throw new OpsError('no-approval', 'input', `there is no approval ${id}`, {
      hint: 'steward approvals list shows what waits',
    });
  }

  return {
    list,
    async find(wanted) {
      const matching = (await list()).filter(({ id }) => id.startsWith(wanted));
      const exact = matching.find(({ id }) => id === wanted);
      const only = exact ?? (matching.length === 1 ? matching[0] : undefined);
      if (only !== undefined) return only;
      const message =
        matching.length === 0 ? `there is no approval ${wanted}` : `${wanted} is the beginning of several`;
      throw new OpsError('no-approval', 'input', message, {
        hint: 'steward approvals list shows what waits',
      });
    },
    propose: (proposal, parked) =>
      locked(async () => {
        const same = (await list()).find(
          ({ state, rule, target }) =>
            state === 'pending' && rule === proposal.rule && target === proposal.target,
        );
        const made = propose(same, proposal, { id: newId(), now: clock.now() });
        await store.write(changeFile(made.approval.id), JSON.stringify(parked));
        await write(made.approval);
        return made;
      }),
    answer: (id, given) =>
      locked(async () => {
        const result = answer(await mustRead(id), given);
        await write(result.approval);
        if (result.approval.state === 'denied') await store.remove(changeFile(id));
        return result;
      }),
    settle: (id, end) =>
      locked(async () => {
        const settled = settle(await mustRead(id), { ...end, now: clock.now() });
        await write(settled);
        await store.remove(changeFile(id));
        return settled;
      }),
    prune: (before) =>
      locked(async () => {
        for (const { id, state, updatedAt, expiresAt } of await list()) {
          const isOver = state !== 'pending' && state !== 'approved';
          const endedAt = state === 'expired' ? expiresAt : updatedAt;
          if (!isOver) continue;
          await store.remove(changeFile(id));
          if (endedAt < before) await store.remove(`${FOLDER}/${id}.json`);
        }
      }),
    async parkedOf(id) {
      const text = await store.readText(changeFile(id));
      if (text === undefined) return null;
      try {
        // Written whole by us, in a folder that is ours alone.
        return JSON.parse(text) as ParkedChange;
      } catch {
        return null;
      }
    },
  };
}

/** The change as it would be carried out, unmasked: it goes when nobody needs it any more. */
function changeFile(id: string): string {
  return `${FOLDER}/${id}.change.json`;
}

/** Without letters and digits that look alike; 36 bits, so that nobody guesses one that was told to somebody else. */
function newId(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `a-${[...bytes].map((byte) => letters[byte % letters.length]).join('')}`;
}

/** undefined for what we did not write: a broken file is no approval. */
function parseApproval(text: string | undefined): Approval | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const isOurs =
      isRecord(value) &&
      typeof value.id === 'string' &&
      typeof value.digest === 'string' &&
      typeof value.expiresAt === 'number' &&
      APPROVAL_STATES.some((state) => state === value.state);
    return isOurs ? (value as unknown as Approval) : undefined;
  } catch {
    return undefined;
  }
}
