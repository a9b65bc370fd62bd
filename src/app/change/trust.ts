import type { Plan } from '../../changes/index.ts';
import { isRecord } from '../../lib/is-record.ts';
import { AUTONOMIES, type Autonomy, autonomyRank } from '../../protocol/effect.ts';
import type { StateStore } from '../../protocol/store.ts';
import type { World } from '../world.ts';

/** How often steward changes one target in a day without asking anybody. */
export const MOST_ATTEMPTS = 3;

/** What changes have taught about how far goals and targets can be left alone. */
interface Trust {
  version: 1;
  /** Times of changes that steward granted itself, milliseconds since the epoch, by target. */
  attempts: Record<string, number[]>;
  /** Goals whose last unattended change did not hold: no further than this until somebody raises them. */
  lowered: Record<string, { autonomy: Autonomy; at: number; run: string; why: string }>;
  /** Changes in a row that held, by goal. */
  held: Record<string, number>;
}

const FILE = 'trust.json';
const LOCK = 'trust';
const LOCK_WAIT_MS = 5_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** How many times a target may hold before it is worth a remark. */
const WORTH_MORE = 5;

export async function attemptsToday(world: World, plan: Plan): Promise<number> {
  const attempts = (await readTrust(world.store))?.attempts ?? {};
  const since = world.clock.now() - DAY_MS;
  return Math.max(
    0,
    ...targetsOf(plan).map((target) => (attempts[target] ?? []).filter((at) => at > since).length),
  );
}

/** Before the first step of a change that nobody was asked about. */
export function countAttempt(world: World, plan: Plan): Promise<void> {
  const now = world.clock.now();
  return change(world.store, (trust) => {
    for (const target of targetsOf(plan)) {
      const kept = (trust.attempts[target] ?? []).filter((at) => at > now - DAY_MS);
      trust.attempts[target] = [...kept, now];
    }
  });
}

/** After it. A sentence for people when the record says that more could be left to the goal; else null. */
export async function learn(
  world: World,
  goal: string,
  { run, held, why }: { run: string; held: boolean; why: string },
): Promise<string | null> {
  let count = 0;
  await change(world.store, (trust) => {
    count = held ? (trust.held[goal] ?? 0) + 1 : 0;
    trust.held[goal] = count;
    if (!held) trust.lowered[goal] = { autonomy: 'propose', at: world.clock.now(), run, why };
  });
  return remarkOn(goal, count);
}

/** The same sentence, for the report of a run in which a change of the goal held. */
export async function worthMore(world: World, goal: string): Promise<string | null> {
  return remarkOn(goal, (await listTrust(world)).held[goal] ?? 0);
}

function remarkOn(goal: string, count: number): string | null {
  return count > 0 && count % WORTH_MORE === 0
    ? `${count} changes of ${goal} in a row were verified and held: its autonomy could be raised`
    : null;
}

/** What a goal may do by itself after all it has done; null when nothing stands against it. */
export async function loweredTo(
  world: World,
  goal: string,
  wanted: Autonomy,
): Promise<{ autonomy: Autonomy; why: string; run: string } | null> {
  const trust = await readTrust(world.store);
  const unread = { autonomy: 'propose' as const, why: `${FILE} cannot be read`, run: '' };
  const lowered = trust === null ? unread : trust.lowered[goal];
  if (lowered === undefined || autonomyRank(lowered.autonomy) >= autonomyRank(wanted)) return null;
  return lowered;
}

/** An operator trusts it again. False when nothing was lowered. */
export async function raise(world: World, goal: string): Promise<boolean> {
  let wasLowered = false;
  await change(
    world.store,
    (trust) => {
      wasLowered = trust.lowered[goal] !== undefined;
      delete trust.lowered[goal];
    },
    true,
  );
  return wasLowered;
}

export async function listTrust(world: World): Promise<Pick<Trust, 'lowered' | 'held'>> {
  const trust = await readTrust(world.store);
  return { lowered: trust?.lowered ?? {}, held: trust?.held ?? {} };
}

function targetsOf({ work }: Plan): string[] {
  return [...new Set(work.flatMap(({ name, files }) => [name, ...files.map(({ path }) => path)]))];
}

async function change(store: StateStore, edit: (trust: Trust) => void, isMending = false): Promise<void> {
  const lock = await store.lock(LOCK, LOCK_WAIT_MS);
  try {
    const trust = await readTrust(store);
    // A file that cannot be read stays as it is, and stands against every goal, until an operator mends it.
    if (trust === null && !isMending) return;
    const changed = trust ?? { ...EMPTY, attempts: {}, lowered: {}, held: {} };
    edit(changed);
    await store.write(FILE, `${JSON.stringify(changed)}\n`);
  } finally {
    lock?.release();
  }
}

const EMPTY = { version: 1 } as const;

/** null: it is there and cannot be read. */
async function readTrust(store: StateStore): Promise<Trust | null> {
  const empty: Trust = { ...EMPTY, attempts: {}, lowered: {}, held: {} };
  const text = await store.readText(FILE);
  if (text === undefined) return empty;
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || value.version !== 1) return null;
    return { ...empty, ...(value as unknown as Trust), lowered: readLowered(value.lowered) };
  } catch {
    return null;
  }
}

function readLowered(value: unknown): Trust['lowered'] {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter(([, entry]) => isRecord(entry) && AUTONOMIES.some((name) => name === entry.autonomy)),
  ) as Trust['lowered'];
}
