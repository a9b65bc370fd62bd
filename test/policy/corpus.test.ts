import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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

const linesOf = (name: string): string[] =>
  readFileSync(fileURLToPath(new URL(`../fixtures/policy/${name}`, import.meta.url)), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('##'));

describe.each(['plausible.txt', 'homelab.txt', 'looking.txt'])(
  'lines that operators plausibly type: %s',
  (name) => {
    const policy = shippedPolicy();
    const lines = linesOf(name);
    const isAllowed = (line: string): boolean => checkLine(policy, line, CWD).verdict === 'allow';

    it('are allowed, 97 of 100, where they only look', () => {
      const harmless = lines.filter((line) => !line.startsWith('? '));
      const missed = harmless.filter((line) => !isAllowed(line));
      expect(harmless.length).toBeGreaterThan(200);
      expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(harmless.length * 0.03);
    });

    it('ask where looking would write, go elsewhere or show secrets', () => {
      const asking = lines.filter((line) => line.startsWith('? ')).map((line) => line.slice(2));
      expect(asking.length).toBeGreaterThan(5);
      expect(asking.filter(isAllowed)).toEqual([]);
    });
  },
);

describe('lines that operators plausibly type to change something', () => {
  it('are never allowed', () => {
    const policy = shippedPolicy();
    const lines = linesOf('homelab-dangerous.txt');
    expect(lines.length).toBeGreaterThan(400);
    expect(lines.filter((line) => checkLine(policy, line, CWD).verdict === 'allow')).toEqual([]);
  });
});
