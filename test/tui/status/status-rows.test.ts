import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Status } from '../../../src/app/client.ts';
import { AUTONOMIES, PERMISSION_MODES } from '../../../src/protocol/effect.ts';
import { ISOLATIONS } from '../../../src/protocol/isolation.ts';
import { rowText, rowWidth, span } from '../../../src/tui/rows/row.ts';
import { type Part, shed } from '../../../src/tui/status/shed.ts';
import { statusRows } from '../../../src/tui/status/status-rows.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../../src/tui/theme/glyphs.ts';

const NOW = Date.UTC(2026, 10, 21, 3, 0);

const FULL: Status = {
  version: '0.1.0',
  host: 'nuc1',
  user: 'ada',
  cwd: '/srv/infra',
  model: { name: 'claude-sonnet-5-20260401', place: 'cloud' },
  modelMissing: null,
  mode: 'plan',
  autonomy: 'propose',
  isolation: 'bwrap',
  target: 'db-7.lan',
  context: { usedTokens: 84_000, windowTokens: 200_000 },
  usage: { inputTokens: 8_200, outputTokens: 640, cacheReadTokens: 120_000, cacheWriteTokens: 0 },
  costUsd: { run: 0.124, today: 1.8 },
  pendingApprovals: 2,
  paused: { until: NOW + 80 * 60_000, by: 'ada' },
  isWorking: false,
  run: 'r1',
  runName: 'postgres at night',
};

function show(status: Status | null, columns: number, maxRows: number): string {
  return statusRows(status, { columns, maxRows, glyph: UNICODE_GLYPHS, now: NOW })
    .map((row) => rowText(row).trimEnd())
    .join('\n');
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', '日', '-', '👩‍🚀', '\u001b', '\n'), maxLength: 60 });
const anyStatus: fc.Arbitrary<Status> = fc.record({
  version: text,
  host: text,
  user: text,
  cwd: text,
  model: fc.option(fc.record({ name: text, place: fc.constantFrom('cloud', 'local') })),
  modelMissing: fc.option(text),
  mode: fc.constantFrom(...PERMISSION_MODES),
  autonomy: fc.constantFrom(...AUTONOMIES),
  isolation: fc.option(fc.constantFrom(...ISOLATIONS)),
  target: fc.option(text),
  context: fc.option(fc.record({ usedTokens: fc.nat(), windowTokens: fc.nat() })),
  usage: fc.record({
    inputTokens: fc.nat(),
    outputTokens: fc.nat(),
    cacheReadTokens: fc.nat(),
    cacheWriteTokens: fc.nat(),
  }),
  costUsd: fc.record({
    run: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
    today: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
  }),
  pendingApprovals: fc.nat(20),
  paused: fc.option(fc.record({ until: fc.option(fc.nat()), by: text })),
  isWorking: fc.boolean(),
  run: fc.option(text),
  runName: fc.option(text),
});

describe('the status line', () => {
  it('fits, in as many rows as it was given, whatever there is to say', () => {
    fc.assert(
      fc.property(
        fc.option(anyStatus),
        fc.integer({ min: 1, max: 256 }),
        fc.constantFrom(1, 2),
        fc.boolean(),
        (status, columns, maxRows, isUnicode) => {
          const glyph = isUnicode ? UNICODE_GLYPHS : ASCII_GLYPHS;
          const rows = statusRows(status, { columns, maxRows, glyph, now: NOW });
          expect(rows.length).toBe(maxRows);
          for (const row of rows) {
            expect(rowWidth(row)).toBeLessThanOrEqual(columns);
            expect(rowText(row)).not.toMatch(/[\n\u001b]/);
          }
        },
      ),
    );
  });

  it.each([256, 120, 80, 60, 40])('is calm at %i columns', (columns) => {
    expect(`\n${show(FULL, columns, 2)}\n---\n${show(FULL, columns, 1)}\n`).toMatchSnapshot();
  });

  it('is short when all is as usual', () => {
    const usual: Status = {
      ...FULL,
      model: { name: 'qwen3:14b', place: 'local' },
      mode: 'default',
      target: null,
      paused: null,
      pendingApprovals: 0,
      costUsd: { run: 0, today: 0 },
      runName: null,
    };
    expect(`\n${show(usual, 80, 2)}\n`).toMatchSnapshot();
  });

  it('says in words what colours say', () => {
    const alarming: Status = {
      ...FULL,
      model: null,
      modelMissing: 'no key for anthropic',
      mode: 'bypassPermissions',
      isolation: 'none',
      context: { usedTokens: 190_000, windowTokens: 200_000 },
      paused: { until: null, by: 'root' },
      costUsd: { run: null, today: null },
    };
    expect(`\n${show(alarming, 120, 2)}\n${show(null, 80, 2)}\n`).toMatchSnapshot();
  });
});

describe('parts that do not fit', () => {
  const part = fc.record({
    rank: fc.integer({ min: 1, max: 9 }),
    lengths: fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }),
  });
  const parts = fc.array(part, { minLength: 1, maxLength: 8 }).map((all): Part[] =>
    all.map(({ rank, lengths }, index) => ({
      name: String(index),
      rank,
      forms: lengths
        .sort((a, b) => b - a)
        .map((length) => [span(String.fromCharCode(97 + index).repeat(length))]),
    })),
  );

  it('go the less important ones first, and never come back on a narrower line', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 20, max: 120 }), (all, columns) => {
        const shownAt = (width: number): Set<string> =>
          new Set(
            rowText(shed(all, width, ' · ', '…'))
              .split(' · ')
              .map((shown) => shown.charAt(0)),
          );
        const wide = shownAt(columns + 1);
        for (const name of shownAt(columns)) expect([...wide]).toContain(name);
        const missing = all.filter((_one, index) => !wide.has(String.fromCharCode(97 + index)));
        const kept = all.filter((_one, index) => wide.has(String.fromCharCode(97 + index)));
        const leastKept = Math.max(...kept.map(({ rank }) => rank));
        for (const { rank } of missing) expect(rank).toBeGreaterThanOrEqual(leastKept);
      }),
    );
  });

  it('are the same on a line of the same width', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 120 }), (all, columns) => {
        expect(shed(all, columns, ' · ', '…')).toEqual(shed(all, columns, ' · ', '…'));
      }),
    );
  });
});
