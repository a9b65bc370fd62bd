import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe } from '../support.ts';

// Documentation: nvidia-smi(1) --query-gpu --format=csv,noheader,nounits. No GPU is to be had here.
describe('gpu', () => {
  it('finds nothing of one that works hard', async () => {
    const run = await runProbe(
      await loadShipped('gpu'),
      '0, NVIDIA GeForce RTX 3060, 74, 9120, 12288, 99, [N/A]\n',
    );
    expect(run).toMatchObject({
      item: { status: 'ok', text: '0 NVIDIA GeForce RTX 3060: 74 °C, 9120 of 12288 MiB, 99% busy' },
      keys: [],
      broken: [],
    });
  });

  it('names one that is too hot, and one with memory errors', async () => {
    const run = await runProbe(
      await loadShipped('gpu'),
      '0, A2000, 93, 1, 6138, 99, 0\n1, A2000, 40, 1, 6138, 0, 2\n',
    );
    expect(run.keys).toEqual(['gpu-hot:0 A2000', 'gpu-memory-errors:1 A2000']);
  });

  it('is failed when the driver does not answer', async () => {
    const stdout = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.";
    expect((await runProbe(await loadShipped('gpu'), { exitCode: 9, stdout })).item.status).toBe('failed');
  });
});
