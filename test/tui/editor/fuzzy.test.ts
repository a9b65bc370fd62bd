import { describe, expect, it } from 'vitest';
import { matchLetters, rankNames } from '../../../src/tui/editor/fuzzy.ts';

describe('a name that is looked for', () => {
  it('matches by its letters in order', () => {
    expect(matchLetters('ngx', 'unit:nginx')).toEqual([5, 6, 9]);
    expect(matchLetters('NG', 'nginx')).toEqual([0, 1]);
    expect(matchLetters('xn', 'nginx')).toBeNull();
    expect(matchLetters('', 'nginx')).toEqual([]);
  });

  it('comes first when it begins so, or is so', () => {
    const names = ['recompact', 'compact', 'cost', 'com', 'clear-output-memory'];
    expect(rankNames('com', names, (name) => [name])).toEqual(['com', 'compact', 'recompact']);
    expect(rankNames('ctm', names, (name) => [name])).toEqual(['clear-output-memory']);
    expect(rankNames('', names, (name) => [name])).toEqual(names);
  });
});
