import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLine } from '../../src/policy/index.ts';
import { DRESSES, isPlain, respellLine } from './mutator.ts';
import { CWD, refusedLines, shippedPolicy } from './support.ts';

const policy = shippedPolicy();
const verdict = (line: string): string => checkLine(policy, line, CWD).verdict;

describe('hostile lines', () => {
  const linesOf = (name: string): string[] =>
    readFileSync(fileURLToPath(new URL(`../fixtures/policy/${name}`, import.meta.url)), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('##'))
      .map((line) => JSON.parse(line) as string);
  const lines = linesOf('hostile.txt');

  it.each(['hostile.txt', 'hostile-more.txt'])('has none that is allowed: %s', (name) => {
    expect(linesOf(name).filter((line) => verdict(line) === 'allow')).toEqual([]);
  });

  it('has none that becomes allowed when it is dressed up', () => {
    const allowed = [...lines, ...refusedLines()].flatMap((line) =>
      Object.entries(DRESSES).flatMap(([name, dress]) => {
        const dressed = dress(line, 0);
        return verdict(dressed) === 'allow' ? [`${name}: ${dressed}`] : [];
      }),
    );
    expect(allowed).toEqual([]);
  }, 120_000);

  it('has none that becomes allowed in several dresses at once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...refusedLines()),
        fc.array(fc.constantFrom(...Object.values(DRESSES)), { minLength: 2, maxLength: 4 }),
        (line, dresses) => {
          expect(verdict(dresses.reduce((text, dress) => dress(text, 0), line))).not.toBe('allow');
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('has none that becomes allowed when its words are spelled otherwise', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...refusedLines().filter(isPlain)),
        fc.infiniteStream(fc.nat()),
        (line, numbers) => {
          const spelled = respellLine(line, () => numbers.next().value);
          expect(verdict(spelled), spelled).not.toBe('allow');
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('words of other alphabets', () => {
  it.each(['grep größe x', 'grep -c ошибка x', 'ls /srv/Übersicht', 'grep 20µs x', 'ls /srv/данные'])(
    'are nothing special by themselves: %s',
    (line) => {
      expect(verdict(line)).toBe('allow');
    },
  );

  it.each(['cat /etc/ѕhadow', 'ls /srv/dаta', 'grep pаssword x'])('ask beside Latin ones: %s', (line) => {
    expect(checkLine(policy, line, CWD)).toMatchObject({ verdict: 'ask', rule: 'characters:look-alike' });
  });
});

describe('a dash of another kind', () => {
  it.each(['ls \u2013la', 'ls \u2014all', 'ls \u2212l', 'ls \u2010l', 'ls --\u0430ll'])(
    'makes no option: %s',
    (line) => {
      expect(checkLine(policy, line, CWD)).toMatchObject({ verdict: 'deny', rule: 'characters:look-alike' });
    },
  );
});

describe('sudo before what only observes', () => {
  it.each(['sudo smartctl -a /dev/sda', 'sudo mdadm --detail /dev/md0', 'sudo -n fdisk -l /dev/sda'])(
    'asks for the rights alone: %s',
    (line) => {
      expect(checkLine(policy, line, CWD)).toMatchObject({ verdict: 'ask', rule: 'privilege' });
    },
  );

  it.each(['sudo dd if=/dev/zero of=/dev/sda', 'sudo smartctl -t long /dev/sda', 'sudo fdisk /dev/sda'])(
    'lifts no floor: %s',
    (line) => {
      expect(verdict(line)).toBe('deny');
    },
  );
});
