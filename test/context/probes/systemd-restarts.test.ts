import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

// systemctl show '*.service' --state=running --timestamp=unix, systemd 252.39 booted in test/lab (Debian 12)
describe('systemd-restarts', () => {
  it('finds nothing after a boot', async () => {
    const run = await runProbe(
      await loadShipped('systemd-restarts'),
      recorded('systemd-restarts.252.healthy.txt'),
    );
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
  });

  it('names the service that ends again and again, while it runs', async () => {
    const now = 1_795_287_536_000;
    const run = await runProbe(
      await loadShipped('systemd-restarts'),
      recorded('systemd-restarts.252.fault.txt'),
      { now },
    );
    expect(run.keys).toEqual(['restart-loop:loopy.service']);
    const later = await runProbe(
      await loadShipped('systemd-restarts'),
      recorded('systemd-restarts.252.fault.txt'),
      { now: now + 3_600_000 },
    );
    expect(later.keys).toEqual([]);
  });
});
