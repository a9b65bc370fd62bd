import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capRows } from '../../src/lib/cap-rows.ts';

const table = (rows: number) =>
  [
    'name state',
    ...Array.from(
      { length: rows },
      (_, index) => `pod-${String(index).padStart(3, '0')} Running for a long time`,
    ),
  ].join('\n');

describe('a table that is cut', () => {
  it('stays whole when there is room', () => {
    expect(capRows('a\nb', 256, ['b'])).toBe('a\nb');
  });

  it('keeps its head and the rows that are named, and says how many are missing', () => {
    const text = capRows(table(200), 400, ['pod-077', 'pod-150']);
    expect(text).toContain('name state\n');
    expect(text).toContain('pod-077 Running');
    expect(text).toContain('pod-150 Running');
    expect(text).toMatch(/\[… \d+ lines left out …\]/);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(400);
    const told = [...text.matchAll(/\[… (\d+) lines/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    expect(told + text.split('\n').filter((line) => !line.startsWith('[…')).length).toBe(201);
  });

  it('finds a row by all the words of a name that a rule joined', () => {
    const rows = table(100).split('\n');
    const lines = [...rows.slice(0, 50), 'critical nuc1 gitea HTTP', ...rows.slice(50)];
    expect(capRows(lines.join('\n'), 300, ['nuc1 gitea'])).toContain('critical nuc1 gitea HTTP');
    expect(capRows(lines.join('\n'), 300, ['nuc1{job=gitea}'])).not.toContain('critical nuc1');
  });

  it('is cut to head and tail when nothing is named, or too much is', () => {
    expect(capRows(table(200), 400, [])).toContain('bytes cut here');
    expect(Buffer.byteLength(capRows(table(200), 400, ['Running']))).toBeLessThanOrEqual(400);
  });

  it('is never longer than its limit, and never drops a named row that fits', () => {
    const line = fc.stringMatching(/^[a-zé ]{0,30}$/);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), fc.integer({ min: 256, max: 900 }), (lines, limit) => {
        const rows = [...lines.slice(0, 30), 'the-one-that-counts', ...lines.slice(30)];
        const text = capRows(rows.join('\n'), limit, ['the-one-that-counts']);
        return Buffer.byteLength(text) <= limit && text.includes('the-one-that-counts');
      }),
      { numRuns: 80 },
    );
  });
});
