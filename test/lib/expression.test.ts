import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../src/lib/expression/expression-error.ts';
import { compileExpression, compileTemplate, createExpressionCompiler } from '../../src/lib/expression.ts';
import { cpuTimeMs } from '../cpu-time.ts';

const VALUES = {
  d: { percent: 95, load: 1.5, mount: '/var', none: null },
  xs: [1, 2, 3.5],
  names: ['a', 'b'],
};
const evaluate = async (source: string, values: Record<string, unknown> = VALUES) =>
  (await compileExpression(source, Object.keys(values))).evaluate(values);

describe('an expression over JSON data', () => {
  it.each<[string, unknown]>([
    ['d.percent >= 90', true],
    ['d.percent == 95 && 95 == d.percent', true],
    ['d.percent != 95', false],
    ['d.load < 2 && d.load > 1', true],
    ['size(xs) == 3', true],
    ['size(xs) == 0', false],
    ['size(xs) < d.percent', true],
    ['d.percent / 2', 47.5],
    ['d.percent % 10', 5],
    ['2 * d.load', 3],
    ['xs[0] + xs[2]', 4.5],
    ['95 in [d.percent]', true],
    ['xs.map(x, x * 2)', [2, 4, 7]],
    ['xs.filter(x, x > 1).exists(x, x == 2)', true],
    ['names.all(n, size(n) == 1)', true],
    ['xs.map(x, {"value": x, "n": size(names)})', [1, 2, 3.5].map((value) => ({ value, n: 2 }))],
    ['has(d.mount) && !has(d.other)', true],
    ['d.none == null', true],
    ['min(xs) + max(xs) + sum(xs)', 11],
    ['flatten([[1, 2], [], [3]]).map(x, x + size(names))', [3, 4, 5]],
    ['timeOf("@1795265698")', 1795265698],
    ['timeOf("Nov 21 13:00:00 2026 GMT")', 1795266000],
    ['timeOf("Sat 2026-11-21 13:00:00 UTC")', 1795266000],
    ['timeOf("2026-11-21T14:00:00.123456789+01:00") < 1795266001', true],
    ['timeOf("2026-11-21 14:00:00 +0100 CET")', 1795266000],
    ['join(xs, "/")', '1/2/3.5'],
    ['"A-B".lower().split("-")', ['a', 'b']],
    ['lower("ABC").contains("b") && "abc".startsWith("a") && "abc".endsWith("c")', true],
    ['merge(names.map(n, {n: size(n)}))', { a: 1, b: 1 }],
    ['string(d.percent) + "%"', '95%'],
    ['number("12.5 kB") + 1', 13.5],
    ['bytesOf("16 kB")', 16384],
    ['sizeText(d.percent * 1024)', '95 KiB'],
    ['durationText(d.percent * 60)', '1h35m'],
    ['round(10 / 4.0, 1)', 2.5],
    ['"disk sda1: error".matches("sd[a-z]\\\\d+: error$")', true],
  ])('%s', async (source, expected) => {
    expect(await evaluate(source)).toEqual(expected);
  });

  it('never lets a BigInt out, however deep', async () => {
    const result = await evaluate('{"a": [size(xs), {"b": 1}], "c": 7 / 2}');
    expect(result).toEqual({ a: [3, { b: 1 }], c: 3 });
    expect(JSON.stringify(result)).toBe('{"a":[3,{"b":1}],"c":3}');
  });
});

describe('what is wrong is told when the expression is compiled', () => {
  it.each<[string, RegExp, number | null]>([
    ['d.percent >=', /EOF.*character 13/, 12],
    ['dd.percent > 3', /Unknown variable: dd.*character 1 /, 0],
    ['now() > 3', /unknown function: now/, 0],
    ['size(xs) > 1 && timestamp("2024-01-01T00:00:00Z") != null', /unknown function: timestamp/, 16],
    ['cel.bind(x, 1, x)', /unknown function: bind/, 0],
    ['size(xs, 3)', /size\(/, 0],
    ['"a" + 1', /no such overload/, 0],
  ])('%s', async (source, message, position) => {
    const error = await compileExpression(source, ['d', 'xs']).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ExpressionError);
    expect((error as ExpressionError).message).toMatch(message);
    expect((error as ExpressionError).position).toBe(position);
  });
});

describe('what is wrong with the data is an error, never false', () => {
  it.each([
    'd.missing',
    'd.none >= 3',
    'd.mount + 1',
    'xs[9]',
    'min(xs.filter(x, x > 100))',
    'd.mount.matches("(")',
  ])('%s', async (source) => {
    await expect(evaluate(source)).rejects.toThrow(ExpressionError);
  });
});

describe('matches', () => {
  // Each of these takes a backtracking engine longer than the age of the universe.
  const text = `${'a'.repeat(60)}b`;
  it.each([
    't.matches("^(a+)+$")',
    '[t].exists(x, x.matches("^(a+)+$"))',
    '[t].filter(x, x.matches("^(a|aa)+$")) != []',
    '[[t]].exists(xs, xs.all(x, true && (x.matches("^(a+)+$") || x.matches("^(a*)*$"))))',
    '[t].map(x, x.matches("^(a+)+$"), x) != []',
  ])('is linear: %s', async (source) => {
    const evaluated = async () => expect(await evaluate(source, { t: text })).toBe(false);
    expect(await cpuTimeMs(evaluated)).toBeLessThan(2_000);
  });
});

describe('a template', () => {
  const render = async (source: string) =>
    (await compileTemplate(source, Object.keys(VALUES))).render(VALUES);

  it('fills in what stands in braces', async () => {
    expect(await render('File system {d.mount} is {d.percent}% full')).toBe('File system /var is 95% full');
  });
  it('keeps doubled braces, and braces inside CEL', async () => {
    expect(await render('{{x}} {xs}')).toBe('{x} [1,2,3.5]');
    expect(await render('{ {"a": "}"}.a }')).toBe('}');
  });
  it('tells which parts were filled in', async () => {
    const template = await compileTemplate('--unit={d.mount}', ['d']);
    expect(await template.fill(VALUES)).toEqual([
      { text: '--unit=', isLiteral: true },
      { text: '/var', isLiteral: false },
    ]);
  });
  it.each(['{d', 'd}', '{nobody}', '{d.}'])('refuses %s', async (source) => {
    await expect(compileTemplate(source, ['d'])).rejects.toThrow(ExpressionError);
  });
});

it('throws nothing but ExpressionError, whatever is written', async () => {
  const compiler = await createExpressionCompiler();
  const token = fc.constantFrom(
    'd',
    '.x',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '1',
    '2.5',
    '+',
    '>=',
    'in',
    'map',
    ',',
    ' ',
    '?',
    ':',
    'size',
    '!',
    '\\',
    'null',
  );
  const source = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.array(token, { maxLength: 12 }).map((t) => t.join('')),
  );
  await fc.assert(
    fc.asyncProperty(source, fc.jsonValue(), async (text, data) => {
      const works = await Promise.allSettled([
        compiler.compile(text, ['d']).then(async (e) => JSON.stringify(await e.evaluate({ d: data }))),
        compiler.compileTemplate(text, ['d']).then((t) => t.render({ d: data })),
      ]);
      for (const work of works) {
        if (work.status === 'rejected') expect(work.reason).toBeInstanceOf(ExpressionError);
      }
    }),
    { numRuns: 1500 },
  );
});
