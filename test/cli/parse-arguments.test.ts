import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/command-table.ts';
import { PRINT_OPTIONS } from '../../src/cli/option-table.ts';
import { parseArguments, splitList } from '../../src/cli/parse-arguments.ts';
import { OpsError } from '../../src/lib/ops-error.ts';

const parse = (...argv: string[]) => parseArguments(argv, PRINT_OPTIONS);

function refusal(...argv: string[]): { message: string; hint: string | null } {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof OpsError) return { message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('it was taken');
}

describe('arguments', () => {
  it('are flags, values and the rest, in any order', () => {
    const args = parse('-p', '--model', 'opus', 'hello', '--max-turns=3', 'world');
    expect([args.has('print'), args.value('model'), args.value('max-turns')]).toEqual([true, 'opus', '3']);
    expect([args.positionals, args.has('verbose')]).toEqual([['hello', 'world'], false]);
  });

  it('count the last value of an option that is given twice', () => {
    expect(parse('--model', 'opus', '--model', 'haiku').value('model')).toBe('haiku');
  });

  it('take everything after -- as it is', () => {
    expect(parse('-p', '--', '--model', '- x').positionals).toEqual(['--model', '- x']);
  });

  it.each([
    [
      ['--allowedTools', 'Bash,Read'],
      ['Bash', 'Read'],
    ],
    [
      ['--allowed-tools', 'Bash Read'],
      ['Bash', 'Read'],
    ],
    [
      ['--allowedTools', 'Bash', '--allowed-tools', 'Read'],
      ['Bash', 'Read'],
    ],
    [
      ['--allowedTools', 'Bash(git log *)', 'Read(/etc/**)', 'Edit'],
      ['Bash(git log *)', 'Read(/etc/**)', 'Edit'],
    ],
    [['--allowedTools', 'Bash(echo a, b)'], ['Bash(echo a, b)']],
  ])('take lists of tools as Claude Code does: %j', (argv, tools) => {
    expect(parse(...argv, 'the prompt')).toMatchObject({ positionals: ['the prompt'] });
    expect(parse(...argv).list('allowedTools')).toEqual(tools);
  });

  it('leave what a parameter of a goal is set to as it is', () => {
    const args = parse('--set', 'alert=High CPU, again', '--set', 'unit=a', 'prompt');
    expect([args.values('set'), args.positionals]).toEqual([['alert=High CPU, again', 'unit=a'], ['prompt']]);
  });

  it('do not take a prompt for a tool', () => {
    const args = parse('--disallowedTools', 'Bash', 'Hello', 'Read this');
    expect([args.list('disallowedTools'), args.positionals]).toEqual([['Bash'], ['Hello', 'Read this']]);
  });

  it.each([
    ['--max-turn', 'did you mean --max-turns?'],
    ['--allowedTool', 'did you mean --allowedTools?'],
    ['--output-fromat', 'did you mean --output-format?'],
    ['--zzzzzzzzz', 'see steward --help'],
  ])('that are not known come with a hint: %s', (option, hint) => {
    expect(refusal('-p', option, 'x')).toEqual({ message: `unknown option ${option}`, hint });
  });

  it('that lack a value say so in a line', () => {
    const { message } = refusal('-p', '--model');
    expect(message).toContain('--model');
    expect(message).not.toContain('\n');
  });
});

describe('lists', () => {
  it('split at commas and spaces outside parentheses', () => {
    expect(splitList('Bash(git log *, x), Read  Edit,,')).toEqual(['Bash(git log *, x)', 'Read', 'Edit']);
  });
});

describe('the tables', () => {
  it('spell no option twice in a command', () => {
    for (const { name, options } of COMMANDS) {
      const spellings = options.flatMap((row) => [row.name, ...(row.aliases ?? [])]);
      expect(new Set(spellings).size, name).toBe(spellings.length);
    }
  });

  it('have the commands and options that scripts use', () => {
    expect(COMMANDS.map(({ name }) => name)).toEqual([
      ...[
        'print',
        'run',
        'context',
        'findings',
        'runs',
        'change',
        'approvals',
        'serve',
        'pages',
        'incidents',
        'state',
        'graph',
        'knowledge',
        'notify',
        'setup',
        'triggers',
        'recover',
        'executor',
        'undo',
        'doctor',
        'pause',
        'resume',
        'autonomy',
        'hands-off',
        'lock',
        'stop',
        'policy',
        'mask',
      ],
    ]);
    expect(PRINT_OPTIONS.map(({ name }) => name)).toEqual([
      ...[
        'print',
        'output-format',
        'verbose',
        'debug',
        'settings',
        'include-partial-messages',
        'json-schema',
      ],
      ...['model', 'fallback-model', 'allowedTools', 'disallowedTools', 'permission-mode', 'max-turns'],
      ...['max-budget-usd', 'max-duration', 'append-system-prompt', 'probes', 'session-id'],
      ...[
        'no-session-persistence',
        'goal',
        'set',
        'continue',
        'resume',
        'screen-reader',
        'theme',
        'version',
        'help',
      ],
    ]);
  });
});
