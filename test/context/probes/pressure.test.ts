import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

// cat /proc/pressure/cpu /proc/pressure/io /proc/pressure/memory, kernel 6.18 (test/fixtures/probes/README.md)
describe('pressure', () => {
  it.each(['pressure.vm.txt', 'pressure.252.healthy.txt'])('finds nothing in %s', async (file) => {
    const run = await runProbe(await loadShipped('pressure'), recorded(file));
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
  });

  it('tells memory from disk', async () => {
    const lines = recorded('pressure.vm.txt').trimEnd().split('\n');
    const stalled = (index: number) =>
      lines.map((line, at) => (at === index ? line.replace(/avg300=\S+/, 'avg300=61.20') : line)).join('\n');
    expect((await runProbe(await loadShipped('pressure'), stalled(5))).keys).toEqual([
      'memory-pressure:nuc1',
    ]);
    expect((await runProbe(await loadShipped('pressure'), stalled(3))).keys).toEqual(['io-pressure:nuc1']);
    expect((await runProbe(await loadShipped('pressure'), stalled(4))).keys).toEqual([]);
  });

  it('reads kernels whose cpu file has no line "full"', async () => {
    const old = recorded('pressure.vm.txt')
      .split('\n')
      .filter((_, index) => index !== 1)
      .join('\n');
    const run = await runProbe(await loadShipped('pressure'), old);
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
  });

  it('is not configured on a kernel with psi=0, where the files are there and cannot be read', async () => {
    const stderr = 'cat: /proc/pressure/cpu: Operation not supported';
    const run = await runProbe(await loadShipped('pressure'), { exitCode: 1, stderr });
    expect(run.item.status).toBe('not-configured');
  });
});
