import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

// systemctl show '*' --state=failed,auto-restart --property=…, systemd 252.39 and 257.13 (test/fixtures/probes/README.md)
describe('systemd-failed', () => {
  it.each(['252', '257'])('finds nothing where no unit failed, systemd %s', async (version) => {
    const run = await runProbe(
      await loadShipped('systemd-failed'),
      recorded(`systemd-failed.${version}.healthy.txt`),
    );
    expect(run).toMatchObject({ item: { status: 'ok', text: '0 failed units' }, keys: [], broken: [] });
  });

  it.each(['252', '257'])('names the failed and the restarting unit, systemd %s', async (version) => {
    const run = await runProbe(
      await loadShipped('systemd-failed'),
      recorded(`systemd-failed.${version}.fault.txt`),
    );
    expect(run.keys).toEqual(['unit-failed:backup.service', 'unit-restarting:loopy.service']);
    expect(run.findings[0]?.text).toMatch(
      /^backup\.service \(Nightly backup\) has failed with result exit-code, exit status 7, since Sat 2026-11-21 13:0\d:\d\d UTC$/,
    );
    expect(run.item.facts.failed_units).toHaveLength(1);
  });

  it('is not configured in a container without systemd', async () => {
    const options = { exists: (path: string) => path !== '/run/systemd/system' };
    const run = await runProbe(await loadShipped('systemd-failed'), '', options);
    expect(run.item).toMatchObject({
      status: 'not-configured',
      reason: '/run/systemd/system does not exist',
    });
  });

  it('is unreachable when the bus does not answer', async () => {
    const stderr = 'Failed to connect to bus: No such file or directory';
    const run = await runProbe(await loadShipped('systemd-failed'), { exitCode: 1, stderr });
    expect(run.item).toMatchObject({ status: 'unreachable', reason: `exit 1: ${stderr}` });
  });
});
