import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

/** Shortly after the recordings were made. */
const NOW = Date.parse('2026-11-21T13:05:00Z');
const HOUR = 3_600_000;
const line = (at: number, identifier: string, message: string, priority = 6) =>
  JSON.stringify({
    MESSAGE: message,
    PRIORITY: String(priority),
    SYSLOG_IDENTIFIER: identifier,
    _SYSTEMD_UNIT: `${identifier}.service`,
    __REALTIME_TIMESTAMP: String(at * 1000),
  });

// journalctl --since=-1h -n 5000 -o json …, systemd 252.39 and 257.13 (test/fixtures/probes/README.md)
describe('journal', () => {
  it.each(['252', '257'])(
    'finds nothing in a noisy but normal journal, learned or not, systemd %s',
    async (version) => {
      const spec = await loadShipped('journal');
      const noisy = recorded(`journal.${version}.noisy.jsonl`);
      const first = await runProbe(spec, noisy, { now: NOW });
      expect(first).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
      expect(first.item.text.length).toBeLessThan(1500);

      // A host that learned from a silent journal meets the same noise for the first time.
      const silent = await runProbe(spec, '', { now: NOW - HOUR });
      const meets = await runProbe(spec, noisy, { now: NOW, journalBaseline: silent.journalBaseline });
      expect(meets.keys.filter((key) => !key.includes('loopy.service'))).toEqual([]);
    },
  );

  it('never takes the quotations in our own reports for news', async () => {
    const spec = await loadShipped('journal');
    const silent = await runProbe(spec, '', { now: NOW - HOUR });
    const report = line(NOW - 60_000, 'steward', '    | app: No space left on device');
    const quoted = await runProbe(spec, report, { now: NOW, journalBaseline: silent.journalBaseline });
    expect(quoted.keys).toEqual([]);
    const said = line(NOW - 60_000, 'app', 'No space left on device');
    const found = await runProbe(spec, said, { now: NOW, journalBaseline: silent.journalBaseline });
    expect(found.keys).toEqual([expect.stringContaining('journal-new:app.service')]);
  });

  it('learns on the first run, names a new error later, and keeps it while it goes on', async () => {
    const spec = await loadShipped('journal');
    const usual = line(NOW - 60_000, 'nut', 'Data for UPS [apc] is stale - check driver', 3);
    const fresh = line(
      NOW - 50_000,
      'smartd',
      'Device: /dev/sda, 8 Currently unreadable (pending) sectors',
      2,
    );
    const first = await runProbe(spec, usual, { now: NOW });
    expect(first.keys).toEqual([]);

    const second = await runProbe(spec, `${usual}\n${fresh}\n`, {
      now: NOW + 60_000,
      journalBaseline: first.journalBaseline,
      history: first.history,
    });
    expect(second.findings).toMatchObject([
      { rule: 'journal-new', state: 'new', isOpen: true, evidence: ['P1'] },
    ]);
    expect(second.findings[0]?.text).toBe(
      'smartd.service says something new (once in the last hour): Device: /dev/sda, 8 Currently unreadable (pending) sectors',
    );
    expect(second.item.text).toContain('1× crit NEW smartd.service smartd: Device: /dev/sda');

    const third = await runProbe(spec, `${usual}\n${fresh}\n`, {
      now: NOW + 120_000,
      journalBaseline: second.journalBaseline,
      history: second.history,
    });
    expect(third.findings).toMatchObject([{ state: 'standing', isOpen: false }]);
  });

  it('names harm that a service printed to stdout, which the journal files as info', async () => {
    const spec = await loadShipped('journal');
    const silent = await runProbe(spec, '', { now: NOW - HOUR });
    const text = line(NOW - 1_000, 'immich', 'write /data/a.jpg: no space left on device');
    const run = await runProbe(spec, text, { now: NOW, journalBaseline: silent.journalBaseline });
    expect(run.findings.map((finding) => finding.rule)).toEqual(['journal-new']);
  });

  it('names a known error that comes ten times as often as it used to', async () => {
    const spec = await loadShipped('journal');
    const errors = (end: number, count: number) =>
      Array.from({ length: count }, (_, i) =>
        line(end - (i * HOUR) / count, 'nfs', `server not responding ${i}`, 3),
      ).join('\n');
    let baseline = null;
    let now = NOW;
    for (let run = 0; run < 48; run += 1, now += HOUR) {
      const usual = await runProbe(spec, errors(now, 4), { now, journalBaseline: baseline });
      expect(usual.keys).toEqual([]);
      baseline = usual.journalBaseline;
    }
    const surge = await runProbe(spec, errors(now, 200), { now, journalBaseline: baseline });
    expect(surge.findings.map((finding) => finding.rule)).toEqual(['journal-surge']);
  });

  it('is failed, not silent, when the journal may not be read', async () => {
    // journalctl 252 as nobody: exit 0.
    const stderr = 'No journal files were opened due to insufficient permissions.';
    const run = await runProbe(await loadShipped('journal'), { stderr });
    expect(run.item).toMatchObject({ status: 'failed', reason: `may not read everything: ${stderr}` });
  });
});
