import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe, saying } from '../support.ts';

const answers = (state: string) =>
  saying({
    'systemctl show': recorded(`systemd-timers.252.${state}.txt`),
    'list-unit-files': recorded(`systemd-timers.252.${state}.files.txt`),
  });
/** When the faults were recorded. */
const THEN = 1_795_287_535_000;

// systemctl show '*.timer' and list-unit-files, systemd 252.39 booted in test/lab (Debian 12)
describe('systemd-timers', () => {
  it('finds nothing after a boot', async () => {
    const run = await runProbe(await loadShipped('systemd-timers'), answers('healthy'), { now: THEN });
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toBe(
      '1 timers are running\nsystemd-tmpfiles-clean.timer starts systemd-tmpfiles-clean.service, not yet',
    );
  });

  it('names the timer that was enabled and not started, and that alone while the other has run for a minute', async () => {
    const run = await runProbe(await loadShipped('systemd-timers'), answers('fault'), { now: THEN });
    expect(run.keys).toEqual(['timer-off:report.timer']);
    expect(run.item.text).toMatch(/backup\.timer starts backup\.service, last 1m\d+s ago, which still runs/);
  });

  it('names the one whose unit still runs a day later', async () => {
    const run = await runProbe(await loadShipped('systemd-timers'), answers('fault'), {
      now: THEN + 30 * 3_600_000,
    });
    expect(run.keys).toEqual(['timer-stuck:backup.timer', 'timer-off:report.timer']);
    expect(run.findings[0]?.text).toBe(
      'backup.timer has started nothing for 1d6h: backup.service still runs',
    );
  });

  it('finds nothing where no timer is enabled, which systemctl ends with 1', async () => {
    const output = saying({
      'systemctl show': recorded('systemd-timers.252.healthy.txt'),
      'list-unit-files': { exitCode: 1 },
    });
    const run = await runProbe(await loadShipped('systemd-timers'), output, { now: THEN });
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
  });

  it('names the one whose time passed without anything', async () => {
    const late =
      'Unit=a.service\nNextElapseUSecRealtime=Sat 2026-11-21 15:00:00 UTC\nLastTriggerUSec=Fri 2026-11-20 15:00:00 UTC\nId=a.timer\nActiveState=active\nSubState=waiting\n';
    const output = saying({ 'systemctl show': late, 'list-unit-files': '' });
    const run = await runProbe(await loadShipped('systemd-timers'), output, { now: THEN });
    expect(run.keys).toEqual(['timer-late:a.timer']);
  });
});
