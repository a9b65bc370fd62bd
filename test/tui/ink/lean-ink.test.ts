import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InkOutput, withWholeLines } from '../../../scripts/lean-ink/output.ts';
import { withCleanText, withKnownWidths } from '../../../scripts/lean-ink/text.ts';

const ink = dirname(createRequire(import.meta.url).resolve('ink'));
const load = async <T>(path: string): Promise<T> =>
  ((await import(pathToFileURL(path).href)) as { default: T }).default;
const Output = await load<new (size: { width: number; height: number }) => InkOutput>(join(ink, 'output.js'));
const sanitize = await load<(text: string) => string>(join(ink, 'sanitize-ansi.js'));
const widestLine = await load<(text: string) => number>(
  createRequire(join(ink, 'index.js')).resolve('widest-line'),
);

const WIDTH = 24;
const HEIGHT = 8;
const words = fc.constantFrom(
  'a',
  'two words',
  ' ',
  '─',
  '❯ ',
  '中文',
  'e\u0301',
  '👩‍🚀',
  '\u200b',
  '·',
  'x  ',
);
const sgr = fc.constantFrom(
  '\x1b[1m',
  '\x1b[2m',
  '\x1b[36m',
  '\x1b[38;5;12m',
  '\x1b[0m',
  '\x1b[22m',
  '\x1b[39m',
);
const painted = fc.tuple(sgr, words).map(([code, text]) => `${code}${text}\x1b[0m`);
const line = fc.array(fc.oneof({ weight: 4, arbitrary: words }, { weight: 4, arbitrary: painted }, sgr), {
  maxLength: 5,
});
const text = fc
  .array(line, { minLength: 1, maxLength: 4 })
  .map((lines) => lines.map((parts) => parts.join('')).join('\n'));
const edge = fc.option(fc.integer({ min: 0, max: WIDTH }), { nil: undefined });
const write = fc.record({
  x: fc.integer({ min: -1, max: 12 }),
  y: fc.integer({ min: -1, max: HEIGHT }),
  text,
});
const clip = fc.record({ x1: edge, x2: edge, y1: edge, y2: edge });
/** As a column of boxes lays them out: the usual case, and the one that is made faster. */
const column = fc.array(text, { maxLength: 4 }).map((texts) => {
  let y = 0;
  return texts.map((one) => {
    const at = { x: 0, y, text: one };
    y += one.split('\n').length;
    return at;
  });
});

type Step =
  | { x: number; y: number; text: string }
  | { clip: Parameters<InkOutput['clip']>[0]; within: Step[] };

function draw(output: InkOutput, steps: readonly Step[]): { output: string; height: number } {
  const put = (step: Step): void => {
    if ('text' in step) output.write(step.x, step.y, step.text, { transformers: [] });
    else {
      output.clip(step.clip);
      step.within.forEach(put);
      output.unclip();
    }
  };
  steps.forEach(put);
  return output.get();
}

describe("Ink's work, done once for each line", () => {
  it('puts a frame together as Ink does, byte for byte', () => {
    const Lean = withWholeLines(Output);
    const step: fc.Arbitrary<Step> = fc.oneof(
      write,
      fc.record({ clip, within: fc.array(write, { maxLength: 3 }) }),
    );
    const size = { width: WIDTH, height: HEIGHT };
    const steps = fc.oneof(column, fc.array(step, { maxLength: 4 }));
    fc.assert(
      fc.property(steps, (drawn) => {
        expect(draw(new Lean(size), drawn)).toEqual(draw(new Output(size), drawn));
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes the short way for rows as our parts paint them', () => {
    let slow = 0;
    class Counted extends Output {
      override get() {
        slow++;
        return super.get();
      }
    }
    const Lean = withWholeLines(Counted);
    const output = new Lean({ width: 80, height: 6 });
    output.clip({ x1: 0, x2: 80, y1: 0, y2: 3 });
    output.write(0, -1, '\x1b[36m❯\x1b[0m gone\n\x1b[2mstays\x1b[0m\n中文', { transformers: [] });
    output.unclip();
    output.write(0, 3, '\x1b[2m────\x1b[0m\n❯ typed', { transformers: [] });
    expect(output.get()).toEqual({
      output: '\x1b[2mstays\x1b[22m\n中文\n\n\x1b[2m────\x1b[22m\n❯ typed\n',
      height: 6,
    });
    expect(slow).toBe(0);
  });

  it('cleans and measures text as Ink does', () => {
    const clean = withCleanText(sanitize);
    const widest = withKnownWidths(widestLine);
    const any = fc.array(
      fc.oneof(
        line.map((parts) => parts.join('')),
        fc.constantFrom(
          '\n',
          '\t',
          '\r',
          '\x1b[2J',
          '\x1b]8;;http://a\x07',
          '\x9b1m',
          '\u0301',
          '\x1b',
          '\x1b[4:3m',
        ),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(any, (parts) => {
        const whole = parts.join('');
        expect(clean(whole)).toBe(sanitize(whole));
        expect(widest(whole)).toBe(widestLine(whole));
      }),
      { numRuns: 2_000 },
    );
  });
});
