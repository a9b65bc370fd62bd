import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLine } from '../../src/policy/index.ts';
import { CWD, refusedLines, shippedPolicy } from './support.ts';

const policy = shippedPolicy();
const verdict = (line: string): string => checkLine(policy, line, CWD).verdict;

describe('hostile lines', () => {
  const path = fileURLToPath(new URL('../fixtures/policy/hostile.txt', import.meta.url));
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('##'))
    .map((line) => JSON.parse(line) as string);

  it('has none that is allowed', () => {
    expect(lines.filter((line) => verdict(line) === 'allow')).toEqual([]);
  });

  it('has none that becomes allowed when it is dressed up', () => {
    const allowed = [...lines, ...refusedLines()].flatMap((line) =>
      Object.entries(DRESSES).flatMap(([name, dress]) => {
        const dressed = dress(line);
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
          expect(verdict(dresses.reduce((text, dress) => dress(text), line))).not.toBe('allow');
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
          const spelled = line
            .split(' ')
            .map((word) => respell(word, numbers.next().value))
            .join(' ');
          expect(verdict(spelled), spelled).not.toBe('allow');
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** Ways to say a command that change nothing about what it does, or that do something harmless beside it. */
const DRESSES: Record<string, (line: string) => string> = {
  after: (line) => `uptime; ${line}`,
  before: (line) => `${line}; uptime`,
  newline: (line) => `uptime\n${line}`,
  and: (line) => `true && ${line}`,
  or: (line) => `false || ${line}`,
  group: (line) => `{ ${line}\n}`,
  subshell: (line) => `( ${line}\n)`,
  substitution: (line) => `echo "$(${line}\n)"`,
  unquoted: (line) => `echo $(${line}\n)`,
  process: (line) => `cat <(${line}\n)`,
  assigned: (line) => `x=$(${line}\n); echo "$x"`,
  condition: (line) => `if true; then ${line}\nfi`,
  tested: (line) => `if ${line}\nthen :; fi`,
  loop: (line) => `for i in 1 2; do ${line}\ndone`,
  while: (line) => `while true; do ${line}\ndone`,
  until: (line) => `until ${line}\ndo sleep 1; done`,
  not: (line) => `! ${line}`,
  time: (line) => `time ${line}`,
  comment: (line) => `${line} # harmless`,
  silent: (line) => `${line} 2>/dev/null`,
  spaces: (line) => `  ${line}  `,
  tabs: (line) => line.replaceAll(' ', '\t'),
  continued: (line) => (isPlain(line) ? line.replaceAll(' ', ' \\\n ') : line),
  timeout: (line) => (isPlain(line) ? `timeout 5 ${line}` : line),
  nice: (line) => (isPlain(line) ? `nice -n 5 ${line}` : line),
  command: (line) => (isPlain(line) ? `command ${line}` : line),
  env: (line) => (isPlain(line) ? `env LC_ALL=C ${line}` : line),
  locale: (line) => (isPlain(line) ? `LC_ALL=C ${line}` : line),
  path: (line) => (/^[a-z]/.test(line) && isPlain(line) ? `/usr/bin/${line}` : line),
};

function isPlain(line: string): boolean {
  return /^[\w ./:=@+,-]+$/.test(line);
}

function respell(word: string, choice: number): string {
  const middle = Math.floor(word.length / 2);
  switch (choice % 7) {
    case 0:
      return `'${word}'`;
    case 1:
      return `"${word}"`;
    case 2:
      return `${word.slice(0, middle)}''${word.slice(middle)}`;
    case 3:
      return /^\w/.test(word.slice(middle)) ? `${word.slice(0, middle)}\\${word.slice(middle)}` : word;
    case 4:
      return `${word.slice(0, middle)}"${word.slice(middle)}"`;
    case 5:
      return `$'${[...word].map((c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')}'`;
    default:
      return `${word.slice(0, middle)}\\\n${word.slice(middle)}`;
  }
}
