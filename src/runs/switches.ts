import { isRecord } from '../lib/is-record.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { Clock } from '../protocol/machine.ts';
import type { StateStore } from '../protocol/store.ts';

/**
 * `steward pause`, `resume` and `stop`, in one small file that the gate reads before every step. What cannot be read
 * counts as paused: a switch that somebody meant to be off must not be on because its file is broken.
 *
 * A stop is for what runs when it is given, not for a run that is resumed or begins later. Each process knows since when
 * it runs, and a clock that was set back in between only makes a stop hold for too many.
 */
export interface Switches {
  /** `until` in milliseconds since the epoch, null for "until somebody resumes". The later call counts. */
  pause(wanted: { untilMs: number | null; by: string }): Promise<void>;
  /** Lifts a pause and mends an unreadable file. Stops that were given stay given. */
  resume(): Promise<void>;
  stop(run: string | 'all'): Promise<void>;
  /** Nobody but people changes this target until then; null ends it. */
  handsOff(target: string, wanted: { untilMs: number; by: string } | null): Promise<void>;
  read(run: string): Promise<{ paused: Pause | null; stopped: boolean; handsOff: HandsOff[] }>;
}

/** A host, unit, path or whatever else a target is called. */
export interface HandsOff {
  target: string;
  /** Milliseconds since the epoch. */
  until: number;
  by: string;
}

export interface Pause {
  until: number | null;
  /** Who, or why. */
  by: string;
}

interface SwitchFile {
  version: 1;
  paused: Pause | null;
  stops: { run: string; at: number }[];
  /** Absent in files of before there was such a thing. */
  handsOff?: HandsOff[];
}

const FILE = 'switches.json';
const LOCK = 'switches';
const LOCK_WAIT_MS = 5_000;
/** No process is stopped by an older one; it is only kept from growing. */
const MOST_STOPS = 200;
const ALL = 'all';

export function createSwitches({ store, clock }: { store: StateStore; clock: Clock }): Switches {
  const since = clock.now();

  async function change(edit: (file: SwitchFile, now: number) => SwitchFile): Promise<void> {
    const lock = await store.lock(LOCK, LOCK_WAIT_MS);
    if (lock === undefined) {
      throw new OpsError('switches-busy', 'busy', 'the switches are held by another process', {
        hint: `look for a steward process that hangs; the lock is ${LOCK}.lock in ${store.location}`,
      });
    }
    try {
      const now = clock.now();
      const file = parseSwitches(await store.readText(FILE)) ?? unreadableFile(store);
      await store.write(FILE, JSON.stringify(edit(file, now)));
    } finally {
      lock.release();
    }
  }

  return {
    pause: ({ untilMs, by }) => change((file) => ({ ...file, paused: { until: untilMs, by } })),
    // A stop dated in the future was given before the clock was set back, and would stop all runs until then.
    resume: () =>
      change((file, now) => ({ ...file, paused: null, stops: file.stops.filter(({ at }) => at <= now) })),
    stop: (run) =>
      change((file, now) => ({ ...file, stops: [...file.stops, { run, at: now }].slice(-MOST_STOPS) })),
    handsOff: (target, wanted) =>
      change((file, now) => {
        const others = (file.handsOff ?? []).filter((kept) => kept.target !== target && kept.until > now);
        const own = wanted === null ? [] : [{ target, until: wanted.untilMs, by: wanted.by }];
        return { ...file, handsOff: [...others, ...own] };
      }),
    async read(run) {
      const file = await readSwitches(store);
      if (file === null) return { paused: unreadableFile(store).paused, stopped: false, handsOff: [] };
      const now = clock.now();
      const { paused } = file;
      const isPaused = paused !== null && (paused.until === null || paused.until > now);
      const isMeant = (stop: SwitchFile['stops'][number]) => stop.run === run || stop.run === ALL;
      return {
        paused: isPaused ? paused : null,
        stopped: file.stops.some((stop) => isMeant(stop) && (stop.at >= since || now < since)),
        handsOff: (file.handsOff ?? []).filter(({ until }) => until > now),
      };
    },
  };
}

async function readSwitches(store: StateStore): Promise<SwitchFile | null> {
  try {
    return parseSwitches(await store.readText(FILE));
  } catch (error) {
    if (error instanceof OpsError) return null;
    throw error;
  }
}

function unreadableFile(store: StateStore): SwitchFile {
  const by = `the file ${FILE} in ${store.location}, which cannot be read (mend it with: steward resume)`;
  return { version: 1, paused: { until: null, by }, stops: [] };
}

/** null: not what we write. */
function parseSwitches(text: string | undefined): SwitchFile | null {
  if (text === undefined) return { version: 1, paused: null, stops: [] };
  try {
    const value: unknown = JSON.parse(text);
    return isSwitchFile(value) ? value : null;
  } catch {
    // Half a file, or none of ours: the caller takes it for a pause.
    return null;
  }
}

function isSwitchFile(value: unknown): value is SwitchFile {
  if (!isRecord(value) || value.version !== 1 || !Array.isArray(value.stops)) return false;
  const { paused } = value;
  const { handsOff = [] } = value;
  const isHandsOff =
    Array.isArray(handsOff) &&
    handsOff.every(
      (kept) =>
        isRecord(kept) &&
        typeof kept.target === 'string' &&
        typeof kept.until === 'number' &&
        typeof kept.by === 'string',
    );
  const isPause =
    paused === null ||
    (isRecord(paused) &&
      (paused.until === null || typeof paused.until === 'number') &&
      typeof paused.by === 'string');
  return (
    isPause &&
    isHandsOff &&
    value.stops.every((stop) => isRecord(stop) && typeof stop.run === 'string' && typeof stop.at === 'number')
  );
}
