import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { checkLine } from '../../src/policy/index.ts';
import { parseLine } from '../../src/policy/parse.ts';
import { printList } from '../../src/policy/print.ts';
import { CWD, HOME, shippedPolicy } from './support.ts';

const LINES = [
  `bash -c 'echo "a  b"; x=1; echo "$x"'`,
  `x=outer; bash -c 'echo in'; echo "$x"`,
  `bash -c 'echo "it'\\''s"' | tr a-z A-Z`,
  `sh -c 'echo one; echo two | head -n 1'`,
  `bash -c 'bash -c "echo deep"'`,
  `echo data | bash -c 'cat; echo end'`,
  `bash -c 'exit 3'; echo $?`,
  `[[ -d / && ! -f /nowhere ]] && echo yes`,
  `[[ -f /nowhere || ( -d / && a == a ) ]] && echo yes`,
  `if [[ ! -d / ]]; then echo no; else echo yes; fi`,
];

describe('lines in lines', () => {
  it.each(LINES)('run as printed like as typed: %s', (line) => {
    const parsed = parseLine(line, HOME);
    const run = (text: string) => {
      const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', '--', text], {
        encoding: 'utf8',
        env: { PATH: '/usr/bin:/bin' },
      });
      return { stdout, stderr, status };
    };
    expect('list' in parsed ? run(printList(parsed.list)) : parsed).toEqual(run(line));
    const again = 'list' in parsed ? parseLine(printList(parsed.list), HOME) : undefined;
    expect(again).toEqual(parsed);
  });

  it('know none of the variables around them, and are held to every rule inside', () => {
    const policy = shippedPolicy();
    const rule = (line: string): string => checkLine(policy, line, CWD).rule;
    expect(rule(`bash -c 'df -h'`)).toBe('wrapper:bash');
    expect(rule(`x=/etc/hosts; bash -c 'cat "$x"'`)).toBe('shell:variable');
    expect(rule(`bash -c 'cat /etc/shadow'`)).toBe('floor:secret-file');
    expect(rule(`bash -c 'x=1'; cat "$x"`)).toBe('shell:variable');
    expect(rule(`bash -c 'echo x > /etc/steward/a'`)).toBe('floor:steward-file');
    expect(rule(`cd /etc; bash -c 'cat shadow'`)).toBe('floor:secret-file');
  });
});
