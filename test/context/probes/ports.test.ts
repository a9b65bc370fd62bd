import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

// ss -H -l -t -n, iproute2 6.1, a Debian 12 VM with servers of tests on it
describe('ports', () => {
  it('finds nothing where all that is expected listens', async () => {
    const output =
      'LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\nLISTEN 0 128 [::]:443 [::]:*\nLISTEN 0 5 127.0.0.1:6379 0.0.0.0:*\n';
    const run = await runProbe(await loadShipped('ports'), output, {
      given: { expected: [22, 443], others: false },
    });
    expect(run).toMatchObject({
      item: { status: 'ok', text: '2 expected, all listened on' },
      keys: [],
      broken: [],
    });
  });

  it('names the port on which nothing listens', async () => {
    const run = await runProbe(await loadShipped('ports'), recorded('ports.vm.txt'), {
      given: { expected: [17001, 9] },
    });
    expect(run.keys).toEqual(['port-silent:9']);
  });

  it('names what listens undeclared, where that is wanted', async () => {
    const output = 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\nLISTEN 0 5 *:4444 *:*\nLISTEN 0 5 *:45000 *:*\n';
    const run = await runProbe(await loadShipped('ports'), output, {
      given: { expected: [22], others: false },
    });
    expect(run.keys).toEqual(['port-undeclared:*:4444']);
  });
});
