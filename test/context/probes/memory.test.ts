import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

const healthy = recorded('memory.vm.txt');
/** The recording with other numbers: a machine that is really out of memory records nothing. */
const withField = (text: string, name: string, kib: number) =>
  text.replace(new RegExp(`^${name}:.*$`, 'm'), `${name}: ${kib} kB`);

// cat /proc/meminfo, kernel 6.18 (test/fixtures/probes/README.md)
describe('memory', () => {
  it.each(['memory.vm.txt', 'memory.252.healthy.txt'])('finds nothing in %s', async (file) => {
    const run = await runProbe(await loadShipped('memory'), recorded(file));
    expect(run).toMatchObject({ item: { status: 'ok', core: true }, keys: [], broken: [] });
  });

  it('finds a machine with 3 percent available, and only that', async () => {
    const run = await runProbe(await loadShipped('memory'), withField(healthy, 'MemAvailable', 740_000));
    expect(run.keys).toEqual(['memory-low:nuc1']);
    expect(run.findings[0]?.text).toBe(
      'Only 722.7 MiB of 23.5 GiB memory are available (3%): the OOM killer is near',
    );
  });

  it('finds full swap only where memory is short too', async () => {
    const swap = withField(withField(healthy, 'SwapTotal', 1_000_000), 'SwapFree', 20_000);
    expect((await runProbe(await loadShipped('memory'), swap)).keys).toEqual([]);
    const short = withField(swap, 'MemAvailable', 2_500_000);
    expect((await runProbe(await loadShipped('memory'), short)).keys).toEqual(['swap-full:nuc1']);
  });

  it('says which line is no answer', async () => {
    const run = await runProbe(await loadShipped('memory'), 'MemTotal: 100 kB\nrubbish\n');
    expect(run.item).toMatchObject({ status: 'failed', reason: 'line 2 of the output has no ":"' });
  });
});
