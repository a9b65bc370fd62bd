import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

// ip -j -d addr, iproute2 6.1, a Debian 12 VM; the faults in a network namespace of it with a veth pair
describe('links', () => {
  it('finds nothing on an ordinary machine', async () => {
    const run = await runProbe(await loadShipped('links'), recorded('links.vm.txt'));
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toMatch(/^1 of \d+ links are up\neth0 /);
  });

  it('names the address that somebody else has already', async () => {
    const run = await runProbe(await loadShipped('links'), recorded('links.vm.duplicate.txt'));
    expect(run.keys).toEqual(['address-duplicate:va']);
    expect(run.findings[0]?.text).toContain('already has fd00::5');
  });

  it('names the link that lost its carrier', async () => {
    const run = await runProbe(await loadShipped('links'), recorded('links.vm.fault.txt'));
    expect(run.keys).toContain('link-down:va');
  });

  it('finds nothing of a bridge without guests', async () => {
    const bridge = {
      ifname: 'docker0',
      flags: ['NO-CARRIER', 'UP'],
      linkinfo: { info_kind: 'bridge' },
      addr_info: [{ family: 'inet', local: '172.17.0.1', scope: 'global' }],
    };
    const run = await runProbe(await loadShipped('links'), JSON.stringify([bridge]));
    expect(run).toMatchObject({ keys: [], broken: [] });
  });

  it('names an address that two links have', async () => {
    const link = (ifname: string) => ({
      ifname,
      flags: ['UP', 'LOWER_UP'],
      addr_info: [{ local: '10.0.0.2', scope: 'global' }],
    });
    const run = await runProbe(await loadShipped('links'), JSON.stringify([link('eth0'), link('eth1')]));
    expect(run.keys).toEqual(['address-twice-here:eth0', 'address-twice-here:eth1']);
  });
});
