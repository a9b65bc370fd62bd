import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryStore, openDiskStore } from '../../src/host/index.ts';
import type { StateStore } from '../../src/protocol/store.ts';
import { type BudgetLimits, createBudgetLedger, createRunBudget } from '../../src/runs/index.ts';
import { createFakeClock } from '../fakes/clock.ts';

const HOUR_MS = 3_600_000;
const zone = process.env.TZ;
afterEach(() => {
  process.env.TZ = zone;
});

function newLedger(
  limits: BudgetLimits,
  now = '2026-03-01T03:00:00Z',
  store: StateStore = createMemoryStore('test'),
) {
  const clock = createFakeClock({ now: Date.parse(now) });
  return { store, clock, ledger: createBudgetLedger({ store, clock, limits }) };
}

const wanted = (usd: number, trigger: 'manual' | 'timer' = 'manual') => ({ usd, run: 'r1', trigger });

describe('the money ledger', () => {
  it('counts a reservation until it is settled at what it cost', async () => {
    const { ledger } = newLedger({ usdPerDay: 1 });
    const first = await ledger.reserve(wanted(0.6));
    expect(await ledger.reserve(wanted(0.5))).toEqual({
      ok: false,
      limit: 'day',
      spentUsd: 0.6,
      limitUsd: 1,
      resetsAt: Date.parse('2026-03-02T00:00:00Z'),
    });
    if (!first.ok) throw new Error('refused');
    await ledger.settle(first.id, 0.1);
    await ledger.settle(first.id, 0.1);
    expect(await ledger.spent()).toEqual({ dayUsd: 0.1, monthUsd: 0.1, dayUsdByTrigger: { manual: 0.1 } });
    expect((await ledger.reserve(wanted(0.9))).ok).toBe(true);
    expect((await ledger.reserve(wanted(0.01))).ok).toBe(false);
  });

  it('keeps the sum of a trigger apart, and of a month over its days', async () => {
    const { ledger, clock } = newLedger({ usdPerMonth: 1, usdPerDayByTrigger: { timer: 0.2 } });
    expect(await ledger.reserve(wanted(0.3, 'timer'))).toMatchObject({
      ok: false,
      limit: 'trigger',
      limitUsd: 0.2,
    });
    expect((await ledger.reserve(wanted(0.2, 'timer'))).ok).toBe(true);
    expect((await ledger.reserve(wanted(0.3))).ok).toBe(true);
    await clock.advance(24 * HOUR_MS);
    expect((await ledger.reserve(wanted(0.2, 'timer'))).ok).toBe(true);
    expect(await ledger.reserve(wanted(0.4))).toMatchObject({
      ok: false,
      limit: 'month',
      resetsAt: Date.parse('2026-04-01T00:00:00Z'),
    });
    await clock.advance(31 * 24 * HOUR_MS);
    expect((await ledger.reserve(wanted(0.9))).ok).toBe(true);
  });

  it('goes by local days, also those of 23 hours', async () => {
    process.env.TZ = 'Europe/Berlin';
    const { ledger, clock } = newLedger({ usdPerDay: 1 }, '2026-03-28T23:30:00Z');
    expect((await ledger.reserve(wanted(1))).ok).toBe(true);
    expect(await ledger.reserve(wanted(1))).toMatchObject({ resetsAt: Date.parse('2026-03-29T22:00:00Z') });
    await clock.advance(22.4 * HOUR_MS);
    expect((await ledger.reserve(wanted(1))).ok).toBe(false);
    await clock.advance(0.2 * HOUR_MS);
    expect((await ledger.reserve(wanted(1))).ok).toBe(true);
  });

  it('keeps what a crashed process reserved at its worst case, for its day and its month', async () => {
    const { ledger, store, clock } = newLedger({ usdPerDay: 1, usdPerMonth: 1.5 });
    expect((await ledger.reserve(wanted(1))).ok).toBe(true);
    const next = createBudgetLedger({ store, clock, limits: { usdPerDay: 1, usdPerMonth: 1.5 } });
    expect(await next.reserve(wanted(0.5))).toMatchObject({ ok: false, limit: 'day', spentUsd: 1 });
    await clock.advance(24 * HOUR_MS);
    expect((await next.reserve(wanted(0.5))).ok).toBe(true);
    expect(await next.reserve(wanted(0.1))).toMatchObject({ ok: false, limit: 'month' });
  });

  it('counts a call over midnight for the day in which it was reserved', async () => {
    const { ledger, clock } = newLedger({ usdPerDay: 1 }, '2026-03-01T23:59:00Z');
    const over = await ledger.reserve(wanted(1));
    await clock.advance(2 * 60_000);
    if (over.ok) await ledger.settle(over.id, 0.8);
    expect(await ledger.spent()).toEqual({ dayUsd: 0, monthUsd: 0.8, dayUsdByTrigger: {} });
  });

  it('touches no file between the turns of a run without limits, and keeps the sums at its end', async () => {
    const { ledger, store } = newLedger({});
    const reserved = await ledger.reserve(wanted(5));
    if (reserved.ok) await ledger.settle(reserved.id, 0.25);
    expect(await store.list('budgets')).toEqual([]);
    expect((await ledger.spent()).dayUsd).toBe(0.25);
    await ledger.flush();
    const next = newLedger({ usdPerDay: 1 }, undefined, store).ledger;
    expect((await next.spent()).dayUsd).toBe(0.25);
  });

  it('writes later what it could not settle while another process held the ledger', async () => {
    const store = createMemoryStore('test');
    let isBusy = false;
    const shy: StateStore = { ...store, lock: async (name) => (isBusy ? undefined : store.lock(name)) };
    const { ledger } = newLedger({ usdPerDay: 1 }, undefined, shy);
    const first = await ledger.reserve(wanted(0.9));
    isBusy = true;
    if (first.ok) await ledger.settle(first.id, 0.1);
    await expect(ledger.reserve(wanted(0.1))).rejects.toMatchObject({
      code: 'budget-busy',
      reason: 'try-later',
    });
    const other = newLedger({ usdPerDay: 1 }, undefined, store).ledger;
    expect((await other.spent()).dayUsd).toBe(0.9);
    isBusy = false;
    await ledger.flush();
    expect((await other.spent()).dayUsd).toBeCloseTo(0.1);
  });

  it.each([
    '',
    '{"version":1',
    '[]',
    '{"version":1,"days":{},"open":[{}]}',
    '{"version":1,"days":{"d":{"x":"1"}},"open":[]}',
  ])('does not guess at a ledger that reads %j', async (text) => {
    const { ledger, store } = newLedger({ usdPerDay: 1 });
    await store.write('budgets/ledger.json', text);
    await expect(ledger.reserve(wanted(0.1))).rejects.toMatchObject({
      code: 'budget-unreadable',
      reason: 'settings',
    });
  });

  it('forgets months that nobody counts any more', async () => {
    const { ledger, clock, store } = newLedger({ usdPerDay: 1 });
    await ledger.reserve(wanted(0.1));
    await clock.advance(70 * 24 * HOUR_MS);
    await ledger.reserve(wanted(0.1));
    const file = JSON.parse((await store.readText('budgets/ledger.json')) ?? '');
    expect(file.open).toHaveLength(1);
  });

  it('never passes a limit, whatever is reserved and settled in whatever order', async () => {
    const step = fc.record({
      usd: fc.integer({ min: 0, max: 50 }),
      share: fc.nat({ max: 100 }),
      isKept: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const { ledger, store } = newLedger({ usdPerDay: 1 });
        const other = newLedger({ usdPerDay: 1 }, undefined, store).ledger;
        await Promise.all(
          steps.map(async ({ usd, share, isKept }, index) => {
            const one = index % 2 === 0 ? ledger : other;
            const reserved = await one.reserve(wanted(usd / 100));
            expect((await one.spent()).dayUsd).toBeLessThanOrEqual(1.000001);
            if (reserved.ok && !isKept) await one.settle(reserved.id, (usd * share) / 10_000);
          }),
        );
        expect((await ledger.spent()).dayUsd).toBeLessThanOrEqual(1.000001);
      }),
      { numRuns: 10 },
    );
  });

  it('holds its limit between processes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steward-ledger-'));
    // Midnight may come while they spend.
    const noon = Date.parse('2026-03-01T12:00:00Z');
    const from = (path: string) => JSON.stringify(join(import.meta.dirname, path));
    const code = `
      import { createClock, openDiskStore } from ${from('../../src/host/index.ts')};
      import { createBudgetLedger } from ${from('../../src/runs/index.ts')};
      const store = openDiskStore(${JSON.stringify(folder)});
      const clock = { ...createClock(), now: () => ${noon} };
      const ledger = createBudgetLedger({ store, clock, limits: { usdPerDay: 1 } });
      let granted = 0;
      for (let i = 0; i < 20; i++) if ((await ledger.reserve({ usd: 0.04, run: 'r', trigger: 'timer' })).ok) granted++;
      process.stdout.write(String(granted));`;
    const children = [1, 2, 3].map(() =>
      spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    const said = await Promise.all(
      children.map(async (child) => Number((await once(child.stdout, 'data'))[0])),
    );
    expect(said.reduce((a, b) => a + b)).toBe(25);
    const clock = createFakeClock({ now: noon });
    const ledger = createBudgetLedger({ store: openDiskStore(folder), clock, limits: {} });
    expect((await ledger.spent()).dayUsd).toBeCloseTo(1);
    rmSync(folder, { recursive: true });
  });
});

describe('the budget of a run', () => {
  it('takes the worst case before the call, and what it cost after it', () => {
    const budget = createRunBudget({ usd: 1, tokens: 1000 });
    const first = budget.reserve({ usd: 0.7, tokens: 100 });
    expect(budget.reserve({ usd: 0.4, tokens: 100 })).toEqual({
      ok: false,
      limit: 'usd',
      spent: 0.7,
      wanted: 0.4,
      max: 1,
    });
    if (first.ok) budget.settle(first.id, { usd: 0.1, tokens: 90 });
    if (first.ok) budget.settle(first.id, { usd: 0.1, tokens: 90 });
    expect(budget.spent()).toEqual({ usd: 0.1, tokens: 90 });
    expect(budget.reserve({ usd: 0.4, tokens: 950 })).toMatchObject({
      ok: false,
      limit: 'tokens',
      spent: 90,
    });
    expect(budget.reserve({ usd: 0.9, tokens: 910 }).ok).toBe(true);
  });

  it('does not call a model whose price it does not know against a money limit', () => {
    expect(createRunBudget({ usd: 1 }).reserve({ usd: null, tokens: 1 })).toMatchObject({
      limit: 'price-unknown',
    });
    expect(createRunBudget({ tokens: 5 }).reserve({ usd: null, tokens: 1 }).ok).toBe(true);
  });

  it('keeps the worst case of a call whose cost is not known', () => {
    const budget = createRunBudget({ usd: 1 });
    const first = budget.reserve({ usd: 0.7, tokens: 0 });
    if (first.ok) budget.settle(first.id, { usd: null, tokens: 0 });
    expect(budget.spent().usd).toBe(0.7);
  });

  it('goes on from what a resumed run had spent', () => {
    const budget = createRunBudget({ usd: 1 }, { usd: 0.9, tokens: 0 });
    expect(budget.reserve({ usd: 0.2, tokens: 0 }).ok).toBe(false);
    expect(budget.reserve({ usd: 0.1, tokens: 0 }).ok).toBe(true);
  });
});
