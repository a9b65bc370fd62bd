import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatBytes, parseSize } from '../../src/lib/size.ts';

describe('parseSize', () => {
  test.each([
    ['512', 512],
    ['4KiB', 4096],
    ['4k', 4096],
    ['4kB', 4000],
    ['1.5G', 1_610_612_736],
    ['2 MB', 2_000_000],
    ['1TiB', 1_099_511_627_776],
    ['0', 0],
    ['10B', 10],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', 'KiB', '-1', '1 000', '4KiBs', '1e3', '0x10', '9999999999PiB'])('refuses %j', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});

describe('formatBytes', () => {
  test.each([
    [0, '0 B'],
    [812, '812 B'],
    [1023, '1023 B'],
    [4096, '4 KiB'],
    [1_610_612_736, '1.5 GiB'],
    [1024 * 1024 - 1, '1 MiB'],
  ])('%i is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test('reads back within a twentieth and a bit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => {
        const back = parseSize(formatBytes(bytes)) ?? -1;
        expect(Math.abs(back - bytes)).toBeLessThanOrEqual(Math.max(0, bytes * 0.06));
      }),
    );
  });
});
