import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { capLine, capText, createCapture } from '../../src/lib/cap.ts';

const CUT = /\[… (\d+) bytes cut here …\]\n/;
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 2000 }),
  fc.string({ unit: 'grapheme', maxLength: 2000 }),
  fc
    .array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 60 })
    .map((lines) => lines.join('\n')),
);

describe('capText', () => {
  test('gives short text back as it is', () => {
    expect(capText('a\nb\n', 300)).toEqual({ text: 'a\nb\n', totalBytes: 4, isTruncated: false });
  });

  test('cuts at line ends and counts what is missing', () => {
    const text = Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join('');
    const capped = capText(text, 300);
    expect(capped.text.startsWith('line 0\nline 1\n')).toBe(true);
    expect(capped.text.endsWith('line 98\nline 99\n')).toBe(true);
    const [head = '', , tail = ''] = capped.text.split(CUT);
    const cut = Number(CUT.exec(capped.text)?.[1]);
    expect(head.length + cut + tail.length).toBe(text.length);
    expect(head.endsWith('\n') && tail.startsWith('line ')).toBe(true);
  });

  test('keeps head, tail, the cut line, whole characters and the limit, for any text', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 256, max: 900 }), (text, limit) => {
        const capped = capText(text, limit);
        expect(Buffer.byteLength(capped.text)).toBeLessThanOrEqual(limit);
        expect(capped.text.isWellFormed()).toBe(true);
        expect(capped.isTruncated).toBe(Buffer.byteLength(text) > limit);
        if (!capped.isTruncated) return;
        const whole = text.toWellFormed();
        const at = capped.text.search(CUT);
        const head = capped.text.slice(0, at);
        const tail = capped.text.slice(at).replace(CUT, '');
        expect(whole.startsWith(head) || whole.startsWith(head.replace(/\n$/, ''))).toBe(true);
        expect(whole.endsWith(tail)).toBe(true);
        // A quarter of the room at least on either side, so that neither is lost to a cut at a line end.
        expect(Buffer.byteLength(head)).toBeGreaterThanOrEqual((limit - 64) / 4 - 4);
        expect(Buffer.byteLength(tail)).toBeGreaterThanOrEqual((limit - 64) / 4 - 4);
      }),
      { numRuns: 500 },
    );
  });
});

describe('createCapture', () => {
  test('keeps the same as capText, however the bytes were cut into chunks', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }),
        fc.integer({ min: 256, max: 600 }),
        (text, sizes, limit) => {
          const bytes = Buffer.from(text);
          const capture = createCapture(limit);
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length] ?? 1;
            capture.push(bytes.subarray(at, at + size));
            at += size;
          }
          expect(capture.finish()).toEqual(capText(text, limit));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('holds the limit for bytes that are not text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 256, max: 600 }), (bytes, limit) => {
        const capture = createCapture(limit);
        capture.push(bytes);
        const kept = capture.finish();
        expect(Buffer.byteLength(kept.text)).toBeLessThanOrEqual(limit);
        expect(kept.text.isWellFormed()).toBe(true);
        expect(kept.totalBytes).toBe(bytes.length);
      }),
    );
  });

  test('does not keep a view of the chunk it was given', () => {
    const capture = createCapture(300);
    const chunk = Buffer.from('before');
    capture.push(chunk);
    chunk.fill('x');
    expect(capture.finish().text).toBe('before');
  });
});

test('capLine cuts the end and never half of a character', () => {
  expect(capLine('abcdef', 6)).toBe('abcdef');
  expect(capLine('abcdef', 4)).toBe('abc…');
  expect(capLine('ab😀def', 4)).toBe('ab…');
});
