import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Parsed, parseOutput } from '../../src/context/parse-output.ts';
import type { ParseSpec } from '../../src/protocol/probe.ts';

type Spec = Parameters<typeof parseOutput>[0];
const COLUMNS: ParseSpec & { kind: 'columns' } = {
  kind: 'columns',
  columns: [
    { name: 'n', type: 'int' },
    { name: 'p', type: 'percent' },
    { name: 's', type: 'bytes' },
    { name: 'f', type: 'float' },
    { name: 'rest', type: 'string' },
  ],
  skip: 1,
};

describe('output is parsed as declared', () => {
  it.each<[string, Spec, string, Parsed]>([
    [
      'columns, the last with the rest of the line',
      COLUMNS,
      'head\n 1  5% 4K 0.5 a b  c\n\n-2 - - - d\r\n',
      {
        ok: true,
        output: [
          { n: 1, p: 5, s: 4096, f: 0.5, rest: 'a b  c' },
          { n: -2, p: null, s: null, f: null, rest: 'd' },
        ],
      },
    ],
    [
      'too few columns',
      COLUMNS,
      'h\n1 2%\n',
      { ok: false, reason: 'line 2 of the output has 2 columns, not 5' },
    ],
    [
      'a wrong type',
      COLUMNS,
      'h\n1 5% 4K 1 ok\nx 5% 4K 1 y\n',
      { ok: false, reason: 'line 3 of the output has "x" as n, which is no int' },
    ],
    ['json', { kind: 'json' }, '{"a":[1]}', { ok: true, output: { a: [1] } }],
    ['empty json', { kind: 'json' }, ' \n', { ok: false, reason: 'line 1 of the output is empty, not JSON' }],
    ['jsonl', { kind: 'jsonl' }, '1\n\n{"a":2}\n', { ok: true, output: [1, { a: 2 }] }],
    [
      'bad jsonl',
      { kind: 'jsonl' },
      '1\n\n{"a"\n',
      { ok: false, reason: 'line 3 of the output is not JSON' },
    ],
    ['lines', { kind: 'lines' }, 'a\n\n b\r\n', { ok: true, output: ['a', ' b'] }],
    ['none', { kind: 'none' }, 'a\n', { ok: true, output: 'a\n' }],
    [
      'keys and values',
      { kind: 'keyvalue', separator: '=' },
      'a=1=2\nb =\n',
      { ok: true, output: { a: '1=2', b: '' } },
    ],
    [
      'records',
      { kind: 'records', separator: '=' },
      '\na=1\nb=2\n\n\na=3\n',
      { ok: true, output: [{ a: '1', b: '2' }, { a: '3' }] },
    ],
    ['no records', { kind: 'records', separator: '=' }, '\n', { ok: true, output: [] }],
    [
      'a record without a separator',
      { kind: 'records', separator: '=' },
      'a=1\noops\n',
      { ok: false, reason: 'line 2 of the output has no "="' },
    ],
  ])('%s', (_, spec, text, expected) => {
    expect(parseOutput(spec, text)).toEqual(expected);
  });
});

it('never throws, whatever a program prints', () => {
  const specs: Spec[] = [
    COLUMNS,
    ...(['json', 'jsonl', 'lines', 'none', 'entries'] as const).map((kind) => ({ kind })),
    ...(['keyvalue', 'records'] as const).map((kind) => ({ kind, separator: ':' })),
  ];
  const token = fc.constantFrom(
    '1',
    '5%',
    '-',
    '4K',
    ' ',
    '\n',
    '\r\n',
    ':',
    '{',
    '}',
    '"a"',
    '[',
    ']',
    ',',
    '__proto__:',
    '\0',
    'é',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(token, { maxLength: 40 }).map((t) => t.join('')),
  );
  fc.assert(
    fc.property(fc.constantFrom(...specs), text, (spec, output) => {
      const parsed = parseOutput(spec, output);
      if (!parsed.ok) expect(parsed.reason).toMatch(/of the output|the output is/);
    }),
    { numRuns: 3_000 },
  );
});
