import { describe, expect, it } from 'vitest';
import { commandFirst } from '../../src/cli/find-command.ts';

describe('a command behind options', () => {
  it.each([
    ['--debug run health-check', 'run --debug health-check'],
    ['--output-format json run x --set a=b', 'run --output-format json x --set a=b'],
    ['--model=none --max-turns 3 run x', 'run --model=none --max-turns 3 x'],
    ['--json context disk', 'context --json disk'],
    ['--allowedTools Bash Read run x', 'run --allowedTools Bash Read x'],
    ['--help run', 'run --help'],
    ['-h run', 'run -h'],
    // Of no use to it, which it says itself: no reason to ask a model.
    ['--max-turns 3 doctor', 'doctor --max-turns 3'],
  ])('is the command: %s', (given, meant) => {
    expect(commandFirst(given.split(' ')).join(' ')).toBe(meant);
  });

  it.each([
    'run health-check --debug',
    '-p run',
    '-p --debug run',
    '--debug -p run',
    '-c stop',
    '-r run health',
    '--goal health-check doctor',
    '--debug -- run health-check',
    '--debug what-runs-here',
    '--model run',
    '--version run',
    '--no-such-option run x',
    '--debug print',
    '--output-format json doctor -p',
    '--model sonnet run --verbose --print',
    '-vp run',
    '',
  ])('leaves what is none as it is: %s', (given) => {
    expect(commandFirst(given.split(' ')).join(' ')).toBe(given);
  });

  it('keeps a prompt that begins with one as the prompt', () => {
    expect(commandFirst(['--debug', 'run a health-check'])).toEqual(['--debug', 'run a health-check']);
  });
});
