import { randomUUID } from 'node:crypto';
import { isRecord } from '../lib/is-record.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { Clock } from '../protocol/machine.ts';
import type { StateStore } from '../protocol/store.ts';
import type { Trigger } from '../protocol/trigger.ts';
import { localDay, localMonth, startOfNextDay, startOfNextMonth } from './local-time.ts';

/**
 * What all runs of this state folder have spent, by local day, kept across processes.
 *
 * A reservation whose process died keeps counting at its worst case, for the day and the month it was made in. The vendor
 * may have billed it, the run log cannot always tell (the reply may be what was lost), and to spend one call less after
 * a crash is the cheaper error.
 */
export interface BudgetLedger {
  /** Before a request: `usd` is the most it can cost. Throws OpsError when the ledger cannot be read or locked. */
  reserve(wanted: { usd: number; run: string; trigger: Trigger['kind'] }): Promise<LedgerReservation>;
  /** What it did cost. A second time for the same id does nothing. Never throws for a busy ledger: see `flush`. */
  settle(id: string, usd: number): Promise<void>;
  /** Reservations included. */
  spent(): Promise<Spent>;
  /** Writes what could not be written before, at the end of a run. */
  flush(): Promise<void>;
}

export type LedgerReservation =
  | { ok: true; id: string }
  | {
      ok: false;
      limit: 'day' | 'month' | 'trigger';
      spentUsd: number;
      limitUsd: number;
      /** Milliseconds since the epoch. */
      resetsAt: number;
    };

export interface BudgetLimits {
  usdPerDay?: number;
  usdPerMonth?: number;
  usdPerDayByTrigger?: Partial<Record<Trigger['kind'], number>>;
}

export interface Spent {
  dayUsd: number;
  monthUsd: number;
  dayUsdByTrigger: Partial<Record<Trigger['kind'], number>>;
}

interface Entry {
  id: string;
  usd: number;
  run: string;
  trigger: Trigger['kind'];
  day: string;
}

interface LedgerFile {
  version: 1;
  /** day → trigger → US dollars, settled. */
  days: Record<string, Partial<Record<Trigger['kind'], number>>>;
  open: Entry[];
}

const FILE = 'budgets/ledger.json';
const LOCK = 'budgets/ledger';
const LOCK_WAIT_MS = 5_000;
/** Sums of cents in binary fractions miss a limit by less than this. */
const TOLERANCE_USD = 1e-9;

export function createBudgetLedger(options: {
  store: StateStore;
  clock: Clock;
  limits: BudgetLimits;
}): BudgetLedger {
  const { store, clock, limits } = options;
  const isLimited =
    limits.usdPerDay !== undefined ||
    limits.usdPerMonth !== undefined ||
    Object.keys(limits.usdPerDayByTrigger ?? {}).length > 0;
  /** Reserved by us and not settled; `isStored`: other processes see it. */
  const ours = new Map<string, { entry: Entry; isStored: boolean }>();
  /** Settled by us, not yet in the file. */
  let unwritten: { entry: Entry; usd: number }[] = [];
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time within the process; the lock is for the others. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work, work);
    last = done.catch(() => undefined);
    return done;
  }

  async function change<T>(work: (file: LedgerFile, now: number) => T): Promise<T> {
    const lock = await store.lock(LOCK, LOCK_WAIT_MS);
    if (lock === undefined) {
      throw new OpsError('budget-busy', 'try-later', 'the money ledger is held by another process', {
        hint: `look for a steward process that hangs; the lock is budgets/ledger.lock in ${store.location}`,
      });
    }
    try {
      const now = clock.now();
      const file = parseLedger(await store.readText(FILE), now, store);
      const settled = unwritten;
      for (const { entry, usd } of settled) settleIn(file, entry, usd);
      const result = work(file, now);
      await store.write(FILE, JSON.stringify(file));
      unwritten = unwritten.filter((one) => !settled.includes(one));
      return result;
    } finally {
      lock.release();
    }
  }

  async function write(): Promise<void> {
    if (unwritten.length > 0) await change(() => undefined);
  }

  return {
    async reserve({ usd, run, trigger }) {
      const entry: Entry = { id: randomUUID(), usd, run, trigger, day: localDay(clock.now()) };
      // Without a limit nobody waits for the disk between two turns; the sums are written when the run ends.
      if (!isLimited) {
        ours.set(entry.id, { entry, isStored: false });
        return { ok: true, id: entry.id };
      }
      return inTurn(() =>
        change((file, now): LedgerReservation => {
          const refusal = refuse(limits, sum(file, now), usd, trigger, now);
          if (refusal !== null) return refusal;
          file.open.push(entry);
          ours.set(entry.id, { entry, isStored: true });
          return { ok: true, id: entry.id };
        }),
      );
    },
    async settle(id, usd) {
      const own = ours.get(id);
      if (own === undefined) return;
      ours.delete(id);
      unwritten.push({ entry: own.entry, usd });
      if (!own.isStored) return;
      await inTurn(write).catch((error: unknown) => {
        // It stays reserved at its worst case and is written with the next change.
        if (!(error instanceof OpsError)) throw error;
      });
    },
    spent() {
      return inTurn(async () => {
        const now = clock.now();
        const file = parseLedger(await store.readText(FILE), now, store);
        for (const { entry, usd } of unwritten) settleIn(file, entry, usd);
        for (const { entry, isStored } of ours.values()) if (!isStored) file.open.push(entry);
        return sum(file, now);
      });
    },
    flush: () => inTurn(write),
  };
}

function refuse(
  limits: BudgetLimits,
  spent: Spent,
  usd: number,
  trigger: Trigger['kind'],
  now: number,
): LedgerReservation | null {
  const byTrigger = limits.usdPerDayByTrigger?.[trigger];
  const rows = [
    { limit: 'trigger', limitUsd: byTrigger, spentUsd: spent.dayUsdByTrigger[trigger] ?? 0 },
    { limit: 'day', limitUsd: limits.usdPerDay, spentUsd: spent.dayUsd },
    { limit: 'month', limitUsd: limits.usdPerMonth, spentUsd: spent.monthUsd },
  ] as const;
  for (const { limit, limitUsd, spentUsd } of rows) {
    if (limitUsd === undefined || spentUsd + usd <= limitUsd + TOLERANCE_USD) continue;
    const resetsAt = limit === 'month' ? startOfNextMonth(now) : startOfNextDay(now);
    return { ok: false, limit, spentUsd, limitUsd, resetsAt };
  }
  return null;
}

function sum(file: LedgerFile, now: number): Spent {
  const [today, month] = [localDay(now), localMonth(now)];
  const spent: Spent = { dayUsd: 0, monthUsd: 0, dayUsdByTrigger: {} };
  const add = (day: string, trigger: Trigger['kind'], usd: number) => {
    if (day.startsWith(month)) spent.monthUsd += usd;
    if (day !== today) return;
    spent.dayUsd += usd;
    spent.dayUsdByTrigger[trigger] = (spent.dayUsdByTrigger[trigger] ?? 0) + usd;
  };
  for (const [day, sums] of Object.entries(file.days)) {
    for (const [trigger, usd] of Object.entries(sums)) add(day, trigger as Trigger['kind'], usd);
  }
  for (const { day, trigger, usd } of file.open) add(day, trigger, usd);
  return spent;
}

function settleIn(file: LedgerFile, entry: Entry, usd: number): void {
  const at = file.open.findIndex(({ id }) => id === entry.id);
  if (at >= 0) file.open.splice(at, 1);
  const sums = file.days[entry.day] ?? {};
  sums[entry.trigger] = (sums[entry.trigger] ?? 0) + usd;
  file.days[entry.day] = sums;
}

/** Writes are atomic, so a ledger that cannot be read was damaged by something else: to guess 0 would unlock the money. */
function parseLedger(text: string | undefined, now: number, store: StateStore): LedgerFile {
  if (text === undefined) return { version: 1, days: {}, open: [] };
  const file = readJson(text);
  if (!isLedger(file)) {
    throw new OpsError('budget-unreadable', 'settings', `${FILE} in ${store.location} cannot be read`, {
      hint: 'move it away to begin counting anew, or bring it back from a backup',
    });
  }
  const oldest = oldestKept(now);
  return {
    version: 1,
    days: Object.fromEntries(Object.entries(file.days).filter(([day]) => day >= oldest)),
    open: file.open.filter(({ day }) => day >= oldest),
  };
}

/** The first day of the month before: what people look at, and some days for a clock that is set back. */
function oldestKept(now: number): string {
  const date = new Date(now);
  return `${localMonth(new Date(date.getFullYear(), date.getMonth() - 1, 1).getTime())}-01`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller reports it.
    return undefined;
  }
}

function isLedger(value: unknown): value is LedgerFile {
  if (!isRecord(value) || value.version !== 1 || !isRecord(value.days) || !Array.isArray(value.open))
    return false;
  const areDays = Object.values(value.days).every(
    (sums) => isRecord(sums) && Object.values(sums).every((usd) => typeof usd === 'number'),
  );
  return areDays && value.open.every(isEntry);
}

function isEntry(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { id, run, trigger, day, usd } = value;
  return [id, run, trigger, day].every((one) => typeof one === 'string') && typeof usd === 'number';
}
