import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

// timedatectl show --property=…, systemd 252.39 and 257.13 (test/fixtures/probes/README.md)
describe('time-sync', () => {
  it.each(['252', '257'])('finds nothing where synchronisation is off, systemd %s', async (version) => {
    const run = await runProbe(await loadShipped('time-sync'), recorded(`time-sync.${version}.healthy.txt`));
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toBe('time synchronisation is off, the clock is not synchronised, zone Etc/UTC');
  });

  it('finds a clock that should be synchronised and is not', async () => {
    const text = recorded('time-sync.252.healthy.txt').replace('NTP=no', 'NTP=yes');
    expect((await runProbe(await loadShipped('time-sync'), text)).keys).toEqual([
      'clock-unsynchronised:nuc1',
    ]);
    const synchronised = text.replace('NTPSynchronized=no', 'NTPSynchronized=yes');
    expect((await runProbe(await loadShipped('time-sync'), synchronised)).keys).toEqual([]);
  });
});
