import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/protocol/finding.ts';
import type { ModelReport } from '../../src/protocol/report.ts';
import type { SnapshotItem } from '../../src/protocol/snapshot.ts';
import { type ReportFacts, reportText } from '../../src/report/report-text.ts';

const NOW = Date.parse('2026-11-21T03:00:00.400Z');

const item = (id: string, probe: string, text: string, more: Partial<SnapshotItem> = {}): SnapshotItem => ({
  id,
  probe,
  describe: probe,
  core: true,
  command: `look-at ${probe}`,
  host: 'nas',
  at: NOW,
  durationMs: 4,
  status: 'ok',
  reason: null,
  text,
  totalBytes: text.length,
  isTruncated: false,
  digest: '00',
  change: 'new',
  egress: 'any',
  facts: {},
  ...more,
});

const finding = (more: Partial<Finding> = {}): Finding => ({
  id: 'F1',
  key: 'disk-full:/srv',
  rule: 'disk-full',
  probe: 'disk',
  severity: 'critical',
  class: 'advisory',
  object: '/srv',
  text: 'File system /srv is 93% full',
  evidence: ['P2', 'L1'],
  state: 'new',
  since: NOW,
  isOpen: true,
  quietReason: null,
  ...more,
});

const facts = (more: Partial<ReportFacts> = {}): ReportFacts => ({
  run: '8b3d4b4d-d4f3-4816-a4d2-1aa06e4c6774',
  notKept: null,
  title: 'health-check',
  host: 'nas',
  now: NOW,
  reason: 'healthy',
  items: [
    item('P1', 'memory', '21 GiB available of 23 GiB (91%)'),
    item('P2', 'disk', '/ 40% full\n/srv 93% full\n/boot 20% full'),
    item('P3', 'endpoints', '', { status: 'not-configured', reason: 'no endpoints declared' }),
  ],
  durationMs: 230,
  findings: [],
  brokenRules: [],
  looks: [],
  checks: [],
  report: null,
  answer: null,
  modelNote: 'No model was asked: nothing was found.',
  ...more,
});

describe('the report of a run', () => {
  it('stays readable in a storm: the worst in full, the others in a line, no line without end', () => {
    const findings = Array.from({ length: 14 }, (_, index) =>
      finding({ id: `F${index + 1}`, text: 'x'.repeat(5_000), evidence: ['P2'] }),
    );
    const looks = findings.map(({ id }) => ({
      ...{ id: `L${id}`, finding: id, command: `look ${id}`, at: NOW, ok: true, reason: null, text: 'seen' },
    }));
    const text = reportText(facts({ reason: 'escalated', findings, looks }));
    expect(text).toContain('  LF10 $ look F10');
    expect(text).not.toContain('LF11');
    expect(text).toContain('(4 look-steps of the other findings are in the log)');
    expect(text.match(/^✗ F\d+ /gm)).toHaveLength(14);
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThan(500);
  });

  it('says of the checks how many could not be made here', () => {
    const check = { text: 'unit', detail: 'no systemd', evidence: [] };
    const text = reportText(facts({ checks: [{ ...check, id: 'V1', verdict: 'skipped' }] }));
    expect(text).toContain('Checks of the goal: 0 of 1 passed, 1 skipped.\n  V1 skipped: unit (no systemd)');
  });

  it('says why a run was not finished, where the reader looks first', () => {
    const text = reportText(facts({ reason: 'usd', stoppedBy: 'The budget of the day is spent' }));
    expect(text.split('\n').slice(0, 3)).toEqual([
      expect.stringContaining('STOPPED (exit 56)'),
      expect.stringContaining('answered in'),
      'Not finished: The budget of the day is spent',
    ]);
  });

  it('of a quiet night says that nothing was found, and what was seen', () => {
    expect(reportText(facts())).toBe(
      [
        'health-check on nas, 2026-11-21T03:00:00Z: HEALTHY (exit 0)',
        'Nothing was found; 2 probes answered in 0.2 s.',
        '',
        'Seen:',
        '  P1  memory  21 GiB available of 23 GiB (91%)',
        '  P2  disk    / 40% full (and 2 more lines)',
        'Not configured here: endpoints (no endpoints declared)',
        '',
        'No model was asked: nothing was found.',
        'Run 8b3d4b4d-d4f3-4816-a4d2-1aa06e4c6774; everything it saw and did: steward runs show 8b3d4b4d',
      ].join('\n'),
    );
  });

  it('puts a finding before everything else, with its look-steps and the command it rests on', () => {
    const look = { id: 'L1', finding: 'F1', command: 'du -x /srv', at: NOW, ok: true, reason: null };
    const text = reportText(
      facts({
        reason: 'escalated',
        findings: [finding()],
        looks: [{ ...look, text: '12M\t/srv/cache\n13M\t/srv\n' }],
        checks: [
          { id: 'V1', text: 'memory: ok', verdict: 'passed', detail: 'true', evidence: ['P1'] },
          { id: 'V2', text: 'disk: ok', verdict: 'failed', detail: 'false', evidence: ['P2'] },
        ],
      }),
    );
    expect(text).toContain(
      [
        'ESCALATED (exit 60)',
        '1 finding; 2 probes answered in 0.2 s.',
        '',
        '✗ F1 critical (new): File system /srv is 93% full  [P2, L1]',
        '  L1 $ du -x /srv',
        '    | 12M\t/srv/cache',
        '    | 13M\t/srv',
        '',
        'Checks of the goal: 1 of 2 passed.',
        '  V2 failed: disk: ok  [P2]',
      ].join('\n'),
    );
    expect(text).toContain('  P2  disk    / 40% full (and 2 more lines)\n      $ look-at disk\n');
  });

  it('tells how old a finding is and why it is quiet', () => {
    const since = NOW - 7_200_000;
    const quietReason = 'cooling down until 2026-11-21T07:00:00.864Z';
    const standing = facts({
      findings: [finding({ state: 'standing', since, isOpen: false, quietReason })],
    });
    expect(reportText(standing)).toContain(
      'critical (standing, first seen 2h ago): File system /srv is 93% full  [P2, L1]\n  quiet: cooling down until 2026-11-21T07:00:00Z\n',
    );
  });

  it('shows the end of a log and the beginning of a list', () => {
    const text = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`).join('\n');
    const look = (id: string, command: string) =>
      ({ id, finding: 'F1', command, at: NOW, ok: true, reason: null, text }) as const;
    const shown = reportText(
      facts({ findings: [finding()], looks: [look('L1', 'journalctl -u x'), look('L2', 'ps --sort=-rss')] }),
    );
    expect(shown).toContain('journalctl -u x\n    | … 20 lines before this\n    | line 21\n');
    expect(shown).toContain('ps --sort=-rss\n    | line 1\n');
    expect(shown).toContain('    | line 10\n    | … 20 more lines\n');
  });

  it('does not let good words of a model stand alone where the run ended badly', () => {
    const given: ModelReport = {
      outcome: 'healthy',
      summary: 'All is well.',
      findings: [],
      actions: [],
      advice: [],
    };
    const wrong = reportText(facts({ reason: 'escalated', findings: [finding()], report: given }));
    expect(wrong).toContain(
      '\nThe model reports healthy, which the facts below do not bear out:\nAll is well.\n',
    );
    expect(reportText(facts({ report: given }))).toContain('in 0.2 s.\n\nAll is well.\n');
    const words = reportText(facts({ reason: 'escalated', findings: [finding()], answer: 'I mended it.\n' }));
    expect(words).toContain('\nThe model gave no report. Its last words:\nI mended it.\n\n✗ F1');
  });

  it('names what could not be seen before what was', () => {
    const silent = item('P4', 'journal', '', { status: 'failed', reason: 'exit 1: no permission' });
    const text = reportText(facts({ reason: 'cannot-tell', items: [...facts().items, silent] }));
    expect(text).toContain('Nothing was found; 2 of 3 probes answered in 0.2 s.');
    expect(text).toContain('Could not be seen:\n  P4 journal failed: exit 1: no permission\n\nSeen:\n');
  });

  it('claims nothing when nothing was checked, and names no log that was not kept', () => {
    const text = reportText(
      facts({ reason: 'cannot-tell', items: [], notKept: 'memory (--no-session-persistence)' }),
    );
    expect(text).toContain('CANNOT-TELL (exit 61)\nNothing was checked.\n');
    expect(text).not.toContain('Seen:');
    expect(text).toMatch(/; its log was kept only in memory \(--no-session-persistence\)$/);
  });
});
