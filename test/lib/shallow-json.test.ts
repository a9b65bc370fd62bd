import { expect, it } from 'vitest';
import { parseShallowJson } from '../../src/lib/shallow-json.ts';

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

it('reads what JSON.parse reads, up to 200 levels', () => {
  const text = '{"a":[1,{"b":null}],"__proto__":"x"}';
  expect(parseShallowJson(text)).toEqual(JSON.parse(text));
  expect(parseShallowJson('"x"')).toBe('x');
  expect(parseShallowJson(nested(200))).toEqual(JSON.parse(nested(200)));
});

it('refuses what no JSON is, and what is nested deeper', () => {
  expect(() => parseShallowJson('{')).toThrow(SyntaxError);
  expect(() => parseShallowJson(nested(202))).toThrow('JSON is nested deeper than 200');
  expect(() => parseShallowJson(nested(100_000))).toThrow(SyntaxError);
});
