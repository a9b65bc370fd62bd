import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Panel } from '../../../src/app/client.ts';
import { SEVERITIES } from '../../../src/protocol/finding.ts';
import { type PanelRoom, panelRows } from '../../../src/tui/panel/panel-rows.ts';
import { rowText, rowWidth } from '../../../src/tui/rows/row.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../../src/tui/theme/glyphs.ts';

const NOW = Date.UTC(2026, 10, 21, 3, 0);
const MINUTE = 60_000;

type Finding = Panel['findings'][number];

const finding = (text: string, severity: Finding['severity'], minutes: number, isOpen = true): Finding => ({
  id: 'F1',
  key: text,
  severity,
  object: '/',
  text,
  since: NOW - minutes * MINUTE,
  state: 'new',
  isOpen,
});

const READY: Panel = {
  state: 'ready',
  at: NOW - 2 * MINUTE,
  findings: [
    finding('/ is 91% full', 'warning', 3 * 24 * 60),
    finding('postgresql.service failed', 'critical', 4),
  ],
  probes: { ok: 12, notConfigured: 3, broken: 0 },
  problem: null,
};

function show(panel: Panel, room: Partial<PanelRoom> = {}): string {
  return panelRows(panel, {
    columns: 80,
    maxRows: 4,
    isOpen: false,
    glyph: UNICODE_GLYPHS,
    now: NOW,
    ...room,
  })
    .map((row) => rowText(row).trimEnd())
    .join('\n');
}

describe('the panel', () => {
  it('names the worst first, with its age and its severity in words', () => {
    expect(show(READY)).toBe(
      '◆ 1 critical, 1 warning: postgresql.service failed 4 min ago · / is 91% full 3 …',
    );
    expect(show(READY, { columns: 120 })).toBe(
      '◆ 1 critical, 1 warning: postgresql.service failed 4 min ago · / is 91% full 3 d ago                        Ctrl+T lists',
    );
    expect(show(READY, { columns: 40 })).toBe('◆ 1 critical, 1 warning: postgresql.ser…');
  });

  it('opens to a list', () => {
    expect(show(READY, { isOpen: true })).toBe(
      [
        '◆ 1 critical, 1 warning · looked 2 min ago',
        '  ◆ critical postgresql.service failed                           4 min  new',
        '  ▲ warning  / is 91% full                                         3 d  new',
      ].join('\n'),
    );
  });

  it('says how many a list leaves out', () => {
    const many = Array.from({ length: 9 }, (_, index) => finding(`unit-${index} failed`, 'critical', index));
    expect(show({ ...READY, findings: many }, { isOpen: true, columns: 50 })).toBe(
      [
        '◆ 9 critical · looked 2 min ago',
        '  ◆ critical unit-0 failed                     now',
        '  ◆ critical unit-1 failed                   1 min',
        '  … 7 more: /findings',
      ].join('\n'),
    );
  });

  it('is as quiet as what it has to say', () => {
    const quiet = { ...READY, findings: [] };
    expect(show(quiet)).toBe('✓ nothing found · 12 probes answered · 2 min ago');
    expect(show({ ...quiet, state: 'looking', at: null })).toBe('◌ looking…');
  });

  it('calls nothing well that was not looked at', () => {
    const quiet = { ...READY, findings: [] };
    expect(show({ ...quiet, state: 'failed', problem: 'no probes\nfound' })).toBe(
      '✗ could not look: no probes found',
    );
    expect(show({ ...quiet, probes: { ok: 12, notConfigured: 0, broken: 2 } })).toBe(
      '? nothing found, but 2 of 14 probes failed · 12 probes answered',
    );
    expect(show({ ...quiet, probes: { ok: 0, notConfigured: 9, broken: 0 } })).toBe(
      '? nothing could be looked at',
    );
  });

  it('says first that what it shows may be old', () => {
    expect(show({ ...READY, state: 'looking' })).toMatch(/^looking… · ◆ 1 critical/);
    expect(show({ ...READY, state: 'failed', problem: 'timed out' })).toMatch(
      /^could not look: timed out · ◆ 1/,
    );
  });

  it('keeps within its rows and columns, and lets no control through', () => {
    const words = fc.string({
      unit: fc.constantFrom('a', '日', ' ', '\n', '\u001b[31m', '👩‍🚀'),
      maxLength: 80,
    });
    const anyFinding = fc.record({
      id: fc.constant('F1'),
      key: words,
      severity: fc.constantFrom(...SEVERITIES),
      object: words,
      text: words,
      since: fc.integer({ min: 0, max: NOW * 2 }),
      state: fc.constantFrom('new', 'worse', 'standing', 'returned'),
      isOpen: fc.boolean(),
    }) as fc.Arbitrary<Finding>;
    const anyPanel = fc.record({
      state: fc.constantFrom('looking', 'ready', 'failed'),
      at: fc.option(fc.nat(NOW)),
      findings: fc.array(anyFinding, { maxLength: 20 }),
      probes: fc.record({ ok: fc.nat(20), notConfigured: fc.nat(20), broken: fc.nat(20) }),
      problem: fc.option(words),
    }) as fc.Arbitrary<Panel>;
    fc.assert(
      fc.property(
        anyPanel,
        fc.integer({ min: 30, max: 256 }),
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        fc.boolean(),
        (panel, columns, maxRows, isOpen, isUnicode) => {
          const glyph = isUnicode ? UNICODE_GLYPHS : ASCII_GLYPHS;
          const rows = panelRows(panel, { columns, maxRows, isOpen, glyph, now: NOW });
          expect(rows.length).toBeGreaterThan(0);
          expect(rows.length).toBeLessThanOrEqual(maxRows);
          for (const row of rows) {
            expect(rowWidth(row)).toBeLessThanOrEqual(columns);
            expect(rowText(row)).not.toMatch(/[\n\u001b]/);
          }
        },
      ),
    );
  });
});
