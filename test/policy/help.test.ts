import { describe, expect, it } from 'vitest';
import { compareAll } from '../../scripts/compare-help.ts';
import { readHelp } from '../../scripts/read-help.ts';
import { checkLine } from '../../src/policy/index.ts';
import { CWD, shippedPolicy } from './support.ts';

describe('what a help text says of options', () => {
  it.each([
    ['  -a, --all                  do not ignore entries', { '-a': 'none', '--all': 'none' }],
    ['  -w, --width=COLS           set output width', { '-w': 'required', '--width': 'required' }],
    ['      --color[=WHEN]         color the output', { '--color': 'optional' }],
    ['  -n, --lines=[+]NUM         output the last NUM lines', { '-n': 'required', '--lines': 'required' }],
    [' -o, --output <list>         output columns', { '-o': 'required', '--output': 'required' }],
    ['  -u --unit=UNIT             Show logs from the unit', { '-u': 'required', '--unit': 'required' }],
    ['    --watch=false:', { '--watch': 'none' }],
    ['    -A, --all-namespaces=false:', { '-A': 'none', '--all-namespaces': 'none' }],
    ['    --[no-]max-count <n>  limit', { '--max-count': 'required' }],
    ['  -e script, --expression=script', { '-e': 'required', '--expression': 'required' }],
    ['Some prose about -x and --y.', {}],
  ])('reads %s', (line, options) => {
    expect(Object.fromEntries(readHelp(line))).toEqual(options);
  });
});

/** On every Debian machine. */
const EVERYWHERE =
  'ls dir cat head tail sort uniq wc cut tr od df du stat date uname nl fold tac paste join comm seq readlink realpath basename dirname md5sum sha256sum cksum nproc id groups who lsblk lscpu findmnt dmesg lsns lsmem lsipc lslocks lslogins blkid last';

describe('specs beside the help of the programs', () => {
  it('take no option for something else than coreutils and util-linux do', async () => {
    const compared = await compareAll(new Set(EVERYWHERE.split(' ')));
    expect(compared.length).toBeGreaterThan(25);
    expect(
      compared.flatMap(({ program, mismatches }) => mismatches.map((one) => ({ program, ...one }))),
    ).toEqual([]);
  }, 120_000);

  it('allow no file that stands where a flag was taken for an option with a value', () => {
    const policy = shippedPolicy();
    const lines = [
      'column -d',
      'bzcat -s',
      'bzcat -fs',
      'hexdump -L',
      'hd -L',
      'od -w',
      'od --strings',
      'cmp -i 1',
      'git blame --abbrev',
    ];
    const allowed = lines.filter((line) => checkLine(policy, `${line} /etc/shadow`, CWD).verdict === 'allow');
    expect(allowed).toEqual([]);
  });
});
