import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBaseline, writeBaseline } from '../../../src/context/index.ts';
import { type JournalBaseline, updateBaseline } from '../../../src/context/journal/baseline.ts';
import { readEntries } from '../../../src/context/journal/read-entries.ts';
import { summariseJournal } from '../../../src/context/journal/summarise.ts';

const NOW = Date.parse('2026-11-21T13:00:00Z');
const HOUR = 3_600_000;

describe('journal lines', () => {
  it('are read with messages that are bytes, fields given twice, and units that systemd speaks about', () => {
    const lines = [
      {
        MESSAGE: [98, 97, 100, 255],
        PRIORITY: '3',
        SYSLOG_IDENTIFIER: 'app',
        __REALTIME_TIMESTAMP: '1000000',
      },
      { MESSAGE: ['one', 'two'], _COMM: 'sh', _SYSTEMD_UNIT: 'x.service', __REALTIME_TIMESTAMP: '2000000' },
      {
        MESSAGE: 'Failed',
        UNIT: 'b.service',
        _SYSTEMD_UNIT: 'init.scope',
        SYSLOG_IDENTIFIER: 'systemd',
        __REALTIME_TIMESTAMP: '3000000',
      },
      { MESSAGE: null, __REALTIME_TIMESTAMP: '4000000' },
    ];
    const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n-- No entries --\n{"cut`;
    expect(readEntries(text)).toEqual({
      entries: [
        { at: 1000, message: 'bad\ufffd', priority: 3, identifier: 'app', unit: 'app' },
        { at: 2000, message: 'one two', priority: 6, identifier: 'sh', unit: 'x.service' },
        { at: 3000, message: 'Failed', priority: 6, identifier: 'systemd', unit: 'b.service' },
        { at: 4000, message: '', priority: 6, identifier: 'unknown', unit: 'unknown' },
      ],
      skipped: 1,
    });
  });

  it('of any form are summarised without a throw, in bounded text', () => {
    const field = fc.oneof(fc.string(), fc.jsonValue(), fc.array(fc.nat({ max: 255 })));
    const entry = fc.record(
      {
        MESSAGE: field,
        PRIORITY: field,
        SYSLOG_IDENTIFIER: field,
        UNIT: field,
        __REALTIME_TIMESTAMP: fc.oneof(field, fc.constant('1795265698658279')),
      },
      { requiredKeys: [] },
    );
    const line = fc.oneof(
      entry.map((e) => JSON.stringify(e)),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const first = summariseJournal(lines.join('\n'), null, NOW);
        const second = summariseJournal(lines.join('\n'), first.baseline, NOW + HOUR);
        expect(first.output.templates.every((t) => !t.isNew && !t.isSurge && t.isLearning)).toBe(true);
        expect(second.output.templates.every((t) => !t.isNew)).toBe(true);
        expect(first.text.length).toBeLessThan(12_000);
        expect(readBaseline(writeBaseline(second.baseline))).toEqual({
          baseline: second.baseline,
          notice: null,
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('the baseline', () => {
  const seen = (baseline: JournalBaseline | null, now: number, ids: string[]) =>
    updateBaseline(
      baseline,
      ids.map((id) => ({ id, count: 1, fresh: 1, last: now })),
      { from: now - HOUR, now },
    );

  it('calls new what was not said for seven days, and for seven days after it began', () => {
    const first = seen(null, NOW, ['a']);
    expect(first.marks.get('a')).toEqual({ isNew: false, isSurge: false });
    let baseline = seen(first.baseline, NOW + HOUR, ['a', 'b']).baseline;
    const day = 24 * HOUR;
    const isNew: boolean[] = [];
    for (let n = 1; n <= 9; n += 1) {
      const next = seen(baseline, NOW + HOUR + n * day, ['a', 'b']);
      isNew.push(next.marks.get('b')?.isNew ?? false);
      expect(next.marks.get('a')?.isNew).toBe(false);
      baseline = next.baseline;
    }
    expect(isNew).toEqual([true, true, true, true, true, true, true, false, false]);
    const back = seen(baseline, NOW + HOUR + 17.5 * day, ['a']);
    expect(back.marks.get('a')?.isNew).toBe(true);
  });

  it('keeps no more than two thousand kinds, the newest', () => {
    let baseline: JournalBaseline | null = null;
    for (let n = 0; n < 5; n += 1) {
      baseline = seen(
        baseline,
        NOW + n * HOUR,
        Array.from({ length: 700 }, (_, i) => `${n}-${i}`),
      ).baseline;
    }
    const kinds = Object.keys(baseline?.kinds ?? {});
    expect(kinds).toHaveLength(2_000);
    expect(kinds.some((id) => id.startsWith('0-'))).toBe(false);
  });

  it.each(['', '{', '[]', '{"version":1,"at":1,"kinds":{"a":{"first":"x"}}}', '{"version":9}'])(
    'that is damaged (%j) is learned again, and that is told',
    (text) => {
      expect(readBaseline(text)).toMatchObject({
        baseline: null,
        notice: expect.stringContaining('learns it again'),
      });
    },
  );
});
