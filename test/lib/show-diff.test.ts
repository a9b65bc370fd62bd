import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { showDiff } from '../../src/lib/show-diff.ts';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 25 });

describe('showDiff', () => {
  test('shows changed lines with two around them, and where', () => {
    const before = Array.from({ length: 20 }, (_, i) => `l${i + 1}`);
    const after = before.with(9, 'changed');
    expect(showDiff(before.join('\n'), after.join('\n'), 40)).toBe(
      '@@ line 8 @@\n l8\n l9\n-l10\n+changed\n l11\n l12',
    );
  });

  test('is empty when nothing changed', () => {
    fc.assert(
      fc.property(lines, (l) => {
        expect(showDiff(l.join('\n'), l.join('\n'), 40)).toBe('');
      }),
    );
  });

  test('turns the old text into the new one when it is applied', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = showDiff(before.join('\n'), after.join('\n'), 1000);
        expect(apply(before.join('\n'), diff)).toBe(after.join('\n'));
      }),
      { numRuns: 1000 },
    );
  });

  test('never has more lines than allowed, and says that more follow', () => {
    fc.assert(
      fc.property(lines, lines, fc.integer({ min: 3, max: 12 }), (before, after, most) => {
        const shown = showDiff(before.join('\n'), after.join('\n'), most).split('\n');
        expect(shown.length).toBeLessThanOrEqual(most);
      }),
    );
    const grown = showDiff('', 'x\n'.repeat(100_000), 40).split('\n');
    expect(grown).toHaveLength(40);
    expect(grown.at(-1)).toBe('… more changes follow');
  });
});

/** What `patch` does, without fuzz. */
function apply(before: string, diff: string): string {
  const old = before.split('\n');
  const result: string[] = [];
  let at = 0;
  for (const line of diff === '' ? [] : diff.split('\n')) {
    const start = /^@@ line (\d+) @@$/.exec(line);
    if (start) {
      while (at < Number(start[1]) - 1) result.push(old[at++] ?? '');
      continue;
    }
    if (line[0] === '+') result.push(line.slice(1));
    else {
      expect(old[at]).toBe(line.slice(1));
      if (line[0] === ' ') result.push(line.slice(1));
      at++;
    }
  }
  return [...result, ...old.slice(at)].join('\n');
}
