import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe, saying } from '../support.ts';

const ordinary = saying({
  'ip -j route': recorded('routes.vm.route.txt'),
  'ip -j neigh': recorded('routes.vm.neigh.txt'),
});

// ip -j route show default, ip -j neigh, iproute2 6.1, a Debian 12 VM; the silent gateway in a network namespace of it
describe('routes', () => {
  it('finds nothing where the gateway is known', async () => {
    const run = await runProbe(await loadShipped('routes'), ordinary);
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toBe('default via 192.0.2.1 on eth0 (02:fc:00:00:00:05 STALE)');
  });

  it('names the gateway that does not answer', async () => {
    const output = saying({
      'ip -j route': recorded('routes.vm.fault.route.txt'),
      'ip -j neigh': recorded('routes.vm.fault.neigh.txt'),
    });
    const run = await runProbe(await loadShipped('routes'), output);
    expect(run.keys).toEqual(['gateway-silent:10.9.0.1']);
  });

  it('names a lost route only where there was one, or where nobody knew', async () => {
    const spec = await loadShipped('routes');
    const none = saying({ 'ip -j route': '[]', 'ip -j neigh': '[]' });
    const first = await runProbe(spec, none);
    expect(first.keys).toEqual([]);
    const before = await runProbe(spec, ordinary);
    const lost = await runProbe(spec, none, { history: before.history, now: before.item.at + 60_000 });
    expect(lost.keys).toEqual(['no-default-route:nuc1']);
    expect(lost.broken).toEqual([]);
  });

  it('names a gateway that answers from other hardware', async () => {
    const spec = await loadShipped('routes');
    const before = await runProbe(spec, ordinary);
    const other = saying({
      'ip -j route': recorded('routes.vm.route.txt'),
      'ip -j neigh': recorded('routes.vm.neigh.txt').replace('02:fc:00:00:00:05', '02:00:00:00:00:99'),
    });
    const run = await runProbe(spec, other, { history: before.history, now: before.item.at + 60_000 });
    expect(run.keys).toEqual(['gateway-other-hardware:192.0.2.1']);
  });
});
