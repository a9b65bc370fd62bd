import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe, saying } from '../support.ts';

const list = (health: string, capacity = 41) =>
  `tank\t3985729650688\t1634149220352\t2351580430336\t${capacity}\t${health}\n`;
const status = (
  state: string,
  counters: string,
  errors: string,
  when = 'Sun Nov  8 05:36:12 2026',
) => `  pool: tank
 state: ${state}
  scan: scrub repaired 0B in 05:12:11 with 0 errors on ${when}
config:

\tNAME        STATE     READ WRITE CKSUM
\ttank        ONLINE       0     0     0
\t  mirror-0  ONLINE       0     0     0
\t    sda     ONLINE       0     0     0
\t    sdb     ${counters}

errors: ${errors}
`;
const FINE = 'No known data errors';
const now = Date.parse('2026-11-21T19:00:00Z');

// Documentation: zpool-status(8) and zpoolconcepts(7) of OpenZFS 2.2; no suite of Debian's main has it, nor the kernel here.
describe('zfs', () => {
  const run = async (pool: string, text: string) =>
    runProbe(await loadShipped('zfs'), saying({ 'zpool list': pool, 'zpool status': text }), { now });

  it('finds nothing of a pool that is well', async () => {
    const well = await run(list('ONLINE'), status('ONLINE', 'ONLINE       0     0     0', FINE));
    expect(well).toMatchObject({
      item: {
        status: 'ok',
        text: ' 1 pool\ntank ONLINE, 41% full, 2.1 TiB free; errors: No known data errors'.trim(),
      },
      keys: [],
      broken: [],
    });
  });

  it('names the pool that lost a device, and the device', async () => {
    const bad = await run(
      list('DEGRADED'),
      status('DEGRADED', 'FAULTED      3   112     0  too many errors', FINE),
    );
    expect(bad.keys).toEqual(['zpool-unhealthy:tank']);
    expect(bad.findings[0]?.text).toContain('sdb     FAULTED      3   112     0  too many errors');
  });

  it('names a pool with lost data, although it is ONLINE', async () => {
    const bad = await run(
      list('ONLINE'),
      status('ONLINE', 'ONLINE       0     0     4', "2 data errors, use '-v' for a list"),
    );
    expect(bad.keys).toEqual(['zpool-unhealthy:tank']);
  });

  it('names a device that made errors that were mended', async () => {
    const warned = await run(list('ONLINE'), status('ONLINE', 'ONLINE       0     0    12', FINE));
    expect(warned.keys).toEqual(['zpool-device-errors:tank']);
  });

  it('names a pool that is nearly full, and one that is never scrubbed', async () => {
    const text = status('ONLINE', 'ONLINE       0     0     0', FINE, 'Sun May  3 05:36:12 2026');
    expect((await run(list('ONLINE', 91), text)).keys).toEqual(['zpool-full:tank', 'zpool-unscrubbed:tank']);
  });

  it('finds nothing where there is no pool', async () => {
    expect(await run('', 'no pools available\n')).toMatchObject({
      item: { status: 'ok' },
      keys: [],
      broken: [],
    });
  });
});
