import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createMasker } from '../../../src/lib/mask.ts';

const DRAWINGS = 3;
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const HEX = '0123456789abcdef';
const WORDS = 'Winter garden Tiger copper Bicycle ocean Falcon maple Rocket velvet Harbor pixel'.split(' ');

/** A linear congruential generator: the same lines in every run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** `{a20}` letters and digits, `{h8}` hex, `{b32}` bytes in base64, `{s32}` in its URL form, `{U}` a UUID, `{P}` what people choose. */
function fill(template: string, below: (limit: number) => number): string {
  const pick = (letters: string, count: number): string =>
    Array.from({ length: count }, () => letters[below(letters.length)]).join('');
  const base64 = (count: number): string =>
    Buffer.from(Array.from({ length: count }, () => below(256))).toString('base64');
  const word = (): string => WORDS[below(WORDS.length)] ?? '';
  const bytes = (count: number): string =>
    Array.from({ length: count }, () => pick(HEX, 2).toUpperCase()).join(':');
  const chosen = [
    () => `${word()}${word()}${pick(DIGITS, 2)}!`,
    () => `${word()}-${word()}-${pick(DIGITS, 3)}`,
    () => pick(LOWER + LOWER.toUpperCase() + DIGITS, 12),
    () => `${word().toLowerCase()}${pick(DIGITS, 4)}`,
    () => `${pick(LOWER, 4)}${pick(DIGITS, 2)}#${pick(LOWER.toUpperCase(), 3)}x`,
  ];
  const makers: Record<string, (count: number) => string> = {
    U: () => [8, 4, 4, 4, 12].map((length) => pick(HEX, length)).join('-'),
    P: () => chosen[below(chosen.length)]?.() ?? '',
    a: (count) => pick(LOWER + LOWER.toUpperCase() + DIGITS, count),
    l: (count) => pick(LOWER + DIGITS, count),
    u: (count) => pick(LOWER.toUpperCase() + DIGITS, count),
    b: base64,
    s: (count) => base64(count).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
    d: (count) => pick(DIGITS, count),
    h: (count) => pick(HEX, count),
    B: (count) => pick(`${LOWER}${LOWER.toUpperCase()}${DIGITS}+/`, count),
    C: bytes,
    c: bytes,
    H: bytes,
  };
  return template
    .replaceAll(
      /\{([A-Za-z])(\d*)\}/g,
      (hole, kind: string, count: string) => makers[kind]?.(Number(count)) ?? hole,
    )
    .replaceAll('\\n', '\n');
}

function read(name: string): { secrets: string[]; plain: string[] } {
  const path = fileURLToPath(new URL(`../../fixtures/mask/${name}`, import.meta.url));
  const [secrets = '', plain = ''] =
    readFileSync(path, 'utf8').split('== secrets\n')[1]?.split('== plain\n') ?? [];
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  return { secrets: lines(secrets), plain: lines(plain) };
}

/** No piece of ten characters of the secret is left. */
function isHidden(masked: string, secret: string): boolean {
  const width = Math.min(10, secret.length);
  return !Array.from({ length: secret.length - width + 1 }, (_, at) => secret.slice(at, at + width)).some(
    (piece) => masked.includes(piece),
  );
}

const FILES = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `held-out-${number}.txt`);

describe.each(FILES)('lines written by hand: %s', (name) => {
  const { secrets, plain } = read(name);
  const masker = createMasker([], 'salt');
  const draw = (templates: readonly string[]): string[] => {
    const below = randomNumbers(20261121);
    return templates.flatMap((template) => Array.from({ length: DRAWINGS }, () => fill(template, below)));
  };

  it('have at least 97 % of their secrets masked', () => {
    const drawn = draw(secrets).map((line) => {
      const from = line.indexOf('⟦');
      const to = line.indexOf('⟧');
      return { secret: line.slice(from + 1, to), text: line.replaceAll(/[⟦⟧]/g, '') };
    });
    const missed = drawn.filter(({ text, secret }) => !isHidden(masker.mask(text), secret));
    expect(drawn.length).toBeGreaterThan(200);
    expect(missed.length, missed.map(({ text }) => text).join('\n')).toBeLessThanOrEqual(drawn.length * 0.03);
  });

  it('have at most 3 % of their look-alikes touched', () => {
    const drawn = draw(plain);
    const touched = drawn.filter((text) => masker.mask(text) !== text);
    expect(drawn.length).toBeGreaterThan(200);
    expect(touched.length, touched.join('\n')).toBeLessThanOrEqual(drawn.length * 0.03);
  });
});
