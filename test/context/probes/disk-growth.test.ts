import { describe, expect, it } from 'vitest';
import { loadShipped, type ProbeRun, runProbe } from '../support.ts';

const HEAD = 'Filesystem Type 1024-blocks Used Available Capacity Mounted on\n';
const df = (used: number) =>
  `${HEAD}/dev/sda1 ext4 100000000 ${used} ${100_000_000 - used} ${Math.round(used / 1_000_000)}% /var\n`;
const NOW = 1_795_287_536_000;

/** A check every six hours for some days. */
async function follow(used: (day: number) => number, days: number): Promise<ProbeRun> {
  const spec = await loadShipped('disk-growth');
  let run = await runProbe(spec, df(used(0)), { now: NOW });
  for (let step = 1; step <= days * 4; step += 1) {
    const now = NOW + step * 6 * 3_600_000;
    run = await runProbe(spec, df(used(step / 4)), { now, trends: run.trends, history: run.history });
  }
  return run;
}

// df -P -l -T, coreutils 9.1: the form is that of test/fixtures/probes/disk.vm.txt, the numbers are made to grow
describe('disk-growth', () => {
  it('says nothing on the first day', async () => {
    const run = await runProbe(await loadShipped('disk-growth'), df(60_000_000), { now: NOW });
    expect(run).toMatchObject({
      item: { status: 'ok', text: 'nothing grows, as far as is known by now' },
      keys: [],
      broken: [],
    });
  });

  it('names what will be full within two weeks, and when', async () => {
    const run = await follow((day) => Math.round(50_000_000 + day * 3_000_000), 5);
    expect(run.keys).toEqual(['disk-will-fill:/var']);
    expect(run.findings[0]?.text).toBe(
      'File system /var grows by 2.9 GiB a day and will be full in 11.7 days (65% now)',
    );
  });

  it('finds nothing where it goes up and down, or slowly', async () => {
    const waves = await follow((day) => Math.round(60_000_000 + 5_000_000 * Math.sin(day * 6)), 6);
    expect(waves.keys).toEqual([]);
    const slow = await follow((day) => Math.round(60_000_000 + day * 100_000), 6);
    expect(slow.keys).toEqual([]);
  });
});
