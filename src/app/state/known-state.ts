import { readTimeZone } from '../../host/index.ts';
import { readMoment, type SaidMoment } from '../../lib/moment.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { formatZonedTime, type Zone } from '../../lib/zoned-time.ts';
import type { HistoryEntry, StateFile } from '../../protocol/state-file.ts';
import {
  diffStates,
  entryAt,
  markStale,
  type ReadState,
  readBody,
  readHistory,
  readState,
  type StateChange,
  type Swapped,
  swapState,
  tagEntry,
} from '../../state/index.ts';
import type { World } from '../world.ts';
import { statePorts } from './scan-state.ts';

export { describeDiff, diffStates, findItems, printState, readHistory } from '../../state/index.ts';

/** In which operators say and read times. */
export function zoneOf({ env }: World): Zone {
  return readTimeZone(env);
}

/** As it is on disk now, whatever it is worth. */
export function readKnown(world: World): Promise<ReadState> {
  return readState(world.store, world.clock);
}

/** A clock that is a minute off is no matter. */
const EARLY_MS = 60_000;

/** Whether it was written at a time that is still to come, in words; null: it was not. */
export function writtenEarly(state: StateFile | null, now: number): string | null {
  if (state === null || Date.parse(state.meta.generated_at) - now <= EARLY_MS) return null;
  return `was written at ${state.meta.generated_at}, which is still to come: the clock was set back`;
}

/** The same for whoever has to have one. OpsError `input` where there is none. */
export async function demandKnown(world: World): Promise<ReadState & { state: StateFile }> {
  const read = await readKnown(world);
  if (read.state !== null) return { ...read, state: read.state };
  throw new OpsError('no-state', 'input', read.problem ?? 'nothing is known', {
    hint: read.condition === 'newer' ? 'use that steward' : 'steward state scan looks at what there is',
  });
}

export interface Moment {
  state: StateFile;
  /** null: what is known now. */
  entry: HistoryEntry | null;
  /** The moment that was asked for, milliseconds since the epoch. */
  at: number;
  /** What clocks did at that moment that whoever asked for it should know; null: nothing. */
  note: string | null;
}

/** `now`, a tag, the number of an entry (`#12`), or a moment as people say it. OpsError `usage`, `input`. */
export async function stateAt(world: World, text: string): Promise<Moment> {
  const now = world.clock.now();
  if (text.trim() === 'now')
    return { state: (await demandKnown(world)).state, entry: null, at: now, note: null };
  const entries = await readHistory(world.store);
  const { found, at, note } = findEntry(entries, text, now, world);
  const state = await readBody(world.store, found);
  if (state !== null) return { state, entry: found, at, note };
  throw new OpsError(
    'lost-history',
    'input',
    `what the history held of then is gone or damaged: state/history/${found.content}.json`,
  );
}

function findEntry(
  entries: readonly HistoryEntry[],
  text: string,
  now: number,
  world: World,
): { found: HistoryEntry; at: number; note: string | null } {
  const named = entries.find(({ seq, tag }) => tag === text || `#${seq}` === text);
  if (named !== undefined) return { found: named, at: named.at, note: null };
  if (/^#\d+$/.test(text)) {
    throw new OpsError('no-history', 'input', `the history has no ${text}: it was not kept, or never was`, {
      hint: 'steward state history lists what is kept',
    });
  }
  const zone = zoneOf(world);
  const said = readMoment(text, now, zone);
  if (said === undefined) {
    throw new OpsError('usage', 'usage', `"${text}" is no moment and no tag`, {
      hint: 'write "yesterday at 14:00", "monday 9:30", "2026-10-25 02:30", "2h ago", now, a tag, or #12 of steward state history',
    });
  }
  const { at } = said;
  const found = entryAt(entries, at);
  if (found !== undefined) return { found, at, note: clockNote(text, said, { now, zone }) };
  const since =
    entries.length === 0
      ? 'there is no history yet'
      : `the history begins ${formatZonedTime(Math.min(...entries.map((entry) => entry.at)), zone)}`;
  throw new OpsError('no-history', 'input', `nothing is known of ${formatZonedTime(at, zone)}: ${since}`, {
    hint: 'steward state history lists what is kept',
  });
}

function clockNote(
  text: string,
  { at, again, isLeftOut }: SaidMoment,
  { now, zone }: { now: number; zone: Zone },
): string | null {
  const time = formatZonedTime(at, zone);
  if (again !== null)
    return `clocks went back and showed "${text}" twice: this is the first; the other is "${formatZonedTime(again, zone)}"`;
  if (isLeftOut) return `clocks went forward over "${text}": this is ${time}`;
  return at > now ? `${time} is still to come: this is what is known by now` : null;
}

/** From one moment to another; without both, what the last change was. */
export async function diffBetween(
  world: World,
  from: string | undefined,
  to: string | undefined,
): Promise<{ from: Moment; to: Moment; changes: StateChange[] }> {
  const after = await stateAt(world, to ?? 'now');
  const before = from === undefined ? await momentBefore(world, after) : await stateAt(world, from);
  return { from: before, to: after, changes: diffStates(before.state, after.state) };
}

async function momentBefore(world: World, after: Moment): Promise<Moment> {
  const entries = await readHistory(world.store);
  const previous = entries.at(-2);
  if (previous === undefined) return after;
  return stateAt(world, `#${previous.seq}`);
}

/**
 * Puts an earlier state into the file, every item marked stale: it was so, and nobody has looked since. The machines
 * themselves stay as they are.
 */
export async function restoreState(world: World, text: string): Promise<Swapped & { moment: Moment }> {
  const moment = await stateAt(world, text);
  const now = new Date(world.clock.now()).toISOString();
  const reason = `restored from ${new Date(moment.at).toISOString()}; not looked at since`;
  const swapped = await swapState(statePorts(world), () => ({
    ...markStale(moment.state, reason),
    meta: { ...moment.state.meta, generated_at: now, partial: true },
  }));
  return { ...swapped, moment };
}

export async function tagState(world: World, text: string, tag: string): Promise<HistoryEntry> {
  if (!/^[A-Za-z][\w.-]*$/.test(tag)) {
    throw new OpsError(
      'usage',
      'usage',
      `"${tag}" is no tag: letters, digits, dots and hyphens, a letter first`,
    );
  }
  const entries = await readHistory(world.store);
  const found = text === 'now' ? entries.at(-1) : findEntry(entries, text, world.clock.now(), world).found;
  if (found === undefined)
    throw new OpsError('no-history', 'input', 'there is no history yet', { hint: 'steward state scan' });
  await tagEntry(statePorts(world), found.seq, tag);
  return { ...found, tag };
}
