import { describe, expect, test } from 'vitest';
import { compileFragments } from '../../src/prompt/index.ts';
import { shippedFiles } from './fixtures.ts';

describe('compileFragments', () => {
  test('takes the files below prompts/, trimmed, each under its name', () => {
    const compiled = compileFragments(shippedFiles('prompts'));
    expect(Object.keys(compiled).sort()).toEqual([
      'asking',
      'data',
      'identity',
      'names',
      'plain',
      'reporting',
      'tools',
      'validation',
    ]);
    expect(compiled.identity).toMatch(/^You are steward\..*\S$/s);
  });

  test('names a file that is missing, empty or unknown', () => {
    const files = shippedFiles('prompts');
    const without = files.filter(({ source }) => source !== 'prompts/data.md');
    expect(() => compileFragments(without)).toThrow('prompts/data.md: is missing');
    expect(() => compileFragments([...without, { source: 'prompts/data.md', text: ' \n' }])).toThrow(
      'prompts/data.md:1: is empty',
    );
    expect(() => compileFragments([...files, { source: 'prompts/extra.md', text: 'x' }])).toThrow(
      'prompts/extra.md: no part of a prompt has this name',
    );
  });
});
