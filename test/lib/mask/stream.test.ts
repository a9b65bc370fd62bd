import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMaskStream } from '../../../src/lib/mask/stream.ts';
import { createMasker } from '../../../src/lib/mask.ts';
import { makeLookAlikes } from './look-alikes.ts';
import { makeSecrets } from './secrets.ts';

const KNOWN = ['hunter22', 'correct horse battery'];

function inPieces(text: string, cuts: readonly number[]): string[] {
  const at = [...new Set([0, ...cuts.map((cut) => cut % (text.length + 1)), text.length])].sort(
    (a, b) => a - b,
  );
  return at.slice(1).map((end, i) => text.slice(at[i], end));
}

describe('text that is masked as it arrives', () => {
  const masker = createMasker(KNOWN, 'salt');
  const secrets = makeSecrets(5, 400);
  const line = fc.oneof(
    fc.constantFrom(...secrets.map(({ text }) => text)),
    fc.constantFrom(...makeLookAlikes(5, 400)),
    fc.constantFrom(
      'so it said hunter22 and',
      'correct horse battery staple',
      'correct horse',
      '',
      'The nginx unit is up.',
    ),
  );
  const text = fc
    .array(fc.tuple(line, fc.constantFrom('\n', ' ', '\n\n')), { maxLength: 8 })
    .map((parts) => parts.flat().join(''));

  it('is what masking the whole gives, however it is cut', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 40 }), (whole, cuts) => {
        const stream = createMaskStream(masker);
        const given = inPieces(whole, cuts).map((piece) => stream.push(piece));
        expect(given.join('') + stream.flush()).toBe(masker.mask(whole));
      }),
      { numRuns: 1000 },
    );
  });

  it('never shows a secret that comes letter by letter', () => {
    for (const { text, secret } of secrets) {
      if (masker.mask(text).includes(secret)) continue;
      const stream = createMaskStream(masker);
      const given = [...text].map((letter) => stream.push(letter)).join('') + stream.flush();
      expect(given).not.toContain(secret);
    }
  });

  it.each([
    'Use the following password to go on:\n\nWinter-garden-889\n',
    'Your API key is:\n\nWinter-gardenK3x889jdQ1\n',
    '<auth-user-pass>\nme\nWinter-garden-889\n</auth-user-pass>\n',
    '["redis-cli","-a","Winter-garden-889","ping"]',
    '["curl","-u","me:Winter-garden-889"]',
    'chpasswd:\n  list: |\n    root:Winter-garden-889\n',
    'variable "db_password" {\n  default = "Winter-garden-889"\n}\n',
    'user app on >Winter-garden-889 ~app:* +@read',
    '"me" * "Winter-garden-889" *',
  ])('waits for what stands below or beside its name: %j', (text) => {
    const stream = createMaskStream(masker);
    const given = [...text].map((letter) => stream.push(letter)).join('') + stream.flush();
    expect(given).toBe(masker.mask(text));
    expect(given).not.toContain('889');
  });

  it('shows the words of a sentence as they come', () => {
    const stream = createMaskStream(masker);
    expect(['The nginx', ' unit', ' is', ' up'].map((piece) => stream.push(piece))).toEqual([
      'The ',
      'nginx ',
      'unit ',
      'is ',
    ]);
    expect(stream.flush()).toBe('up');
  });
});
