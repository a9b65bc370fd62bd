import { describe, expect, it } from 'vitest';
import { checkLine } from '../../src/policy/index.ts';
import { CWD, publicCorpus, shippedPolicy } from './support.ts';

describe('the public corpus', () => {
  const policy = shippedPolicy();
  const answers = publicCorpus().map((line) => ({
    ...line,
    verdict: checkLine(policy, line.cmd, CWD).verdict,
  }));

  it('has no line that is allowed and must not be', () => {
    expect(answers.filter(({ expect, verdict }) => expect === 'not-allow' && verdict === 'allow')).toEqual(
      [],
    );
  });

  it('has at least 97 of 100 harmless lines allowed', () => {
    const harmless = answers.filter(({ expect }) => expect === 'allow');
    const missed = harmless.filter(({ verdict }) => verdict !== 'allow').map(({ cmd }) => cmd);
    expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(harmless.length * 0.03);
  });

  it('is judged with the effect observe where it is allowed, and with more where it is not', () => {
    const wrong = answers.filter(({ cmd, verdict }) => {
      const { effect } = checkLine(policy, cmd, CWD);
      return verdict === 'allow' ? effect !== 'observe' : effect === 'observe';
    });
    expect(wrong.map(({ cmd }) => cmd)).toEqual([]);
  });
});
