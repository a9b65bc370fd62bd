import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

// cat /proc/loadavg /proc/stat, kernel 6.18, 2 processors (test/fixtures/probes/README.md)
describe('load', () => {
  it.each(['load.vm.txt', 'load.252.healthy.txt'])('finds nothing in %s', async (file) => {
    const run = await runProbe(await loadShipped('load'), recorded(file));
    expect(run).toMatchObject({ item: { status: 'ok', facts: { cores: 2 } }, keys: [], broken: [] });
  });

  it('finds a load of more than four a processor over 15 minutes, not over one', async () => {
    const rest = recorded('load.vm.txt').split('\n').slice(1).join('\n');
    const run = await runProbe(await loadShipped('load'), `9.10 8.80 8.50 3/211 4711\n${rest}`);
    expect(run.keys).toEqual(['load-high:nuc1']);
    const burst = await runProbe(await loadShipped('load'), `31.00 12.80 4.50 3/211 4711\n${rest}`);
    expect(burst.keys).toEqual([]);
  });
});
