import { describe, expect, it } from 'vitest';
import { createBox, createBoxWithModel, readResult } from './steward.ts';

/** A command line, and what is said of it. Each is tried as text and as json. */
const COMMAND_LINES: [title: string, args: string[], code: number, message: string][] = [
  ['an unknown option', ['-p', 'x', '--max-turn', '3'], 2, 'unknown option --max-turn'],
  ['an option without its value', ['-p', 'x', '--model'], 2, '--model'],
  ['turns that are no number', ['-p', 'x', '--max-turns', 'many'], 2, '--max-turns'],
  ['a budget that is no money', ['-p', 'x', '--max-budget-usd', 'lots'], 2, '--max-budget-usd'],
  ['a duration that is none', ['-p', 'x', '--max-duration', 'soon'], 2, '--max-duration'],
  ['a schema that is not JSON', ['-p', 'x', '--json-schema', '{oops'], 2, '--json-schema'],
  ['a schema that is no schema', ['-p', 'x', '--json-schema', '{"type":"nonsense"}'], 2, '--json-schema'],
  ['a schema file that is not there', ['-p', 'x', '--json-schema', 'none.json'], 2, 'no file none.json'],
  ['a session id that is no UUID', ['-p', 'x', '--session-id', '42'], 2, '"42" is not a UUID'],
  ['an unknown permission mode', ['-p', 'x', '--permission-mode', 'yolo'], 2, '"yolo" is not known'],
  [
    'a model without a provider',
    ['-p', 'x', '--model', 'gpt'],
    2,
    'no provider is known for the model "gpt"',
  ],
  ['a command that is nearly one', ['runn', 'health-check'], 2, 'there is no command "runn"'],
  ['an unknown model to fall back to', ['-p', 'x', '--fallback-model', 'gpt'], 2, 'for the model "gpt"'],
  ['an unknown probe', ['-p', 'x', '--probes', 'dsik'], 2, 'there is no probe "dsik"'],
  ['an unknown run', ['-p', 'x', '-r', 'ffffffff'], 42, 'ffffffff'],
  ['no earlier run to go on with', ['-p', 'x', '-c'], 42, 'to go on with'],
  ['no prompt', ['-p'], 42, 'there is no prompt'],
  ['an unknown goal', ['run', 'helth-check'], 42, 'helth-check'],
  ['no goal', ['run'], 2, 'which goal?'],
  ['two goals', ['run', 'health-check', 'incident'], 2, 'one goal at a time'],
  ['a setting of a goal without a value', ['run', 'health-check', '--set', 'x'], 2, '"x" is not k=v'],
  ['a setting of no goal', ['-p', 'x', '--set', 'a=b c'], 2, 'name it with --goal'],
  ['a trigger file that is not there', ['run', 'health-check', '--trigger-file', 'no'], 42, 'no file no'],
  ['a trigger file that is none', ['run', 'health-check', '--trigger-file', '/dev/zero'], 42, 'regular file'],
  ['settings that are no file', ['-p', 'x', '--settings', '/dev/zero'], 52, 'regular file'],
  ['settings that are not there', ['-p', 'x', '--settings', 'none.yaml'], 52, 'none.yaml'],
];

describe('a command line that is wrong', () => {
  it.for(COMMAND_LINES)('says so, as text and as json: %s', async ([_, args, code, message]) => {
    const { box } = await createBoxWithModel([]);
    const [text, json, stream] = await Promise.all([
      box.run(args),
      box.json(args),
      box.run([...args, '--output-format=stream-json']),
    ]);
    expect(text).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
    expect(text.stderr).toMatch(/^steward: /);
    const { result } = json;
    expect([json.code, result.exit_code, stream.code]).toEqual([code, code, code]);
    expect(result).toMatchObject({ type: 'result', subtype: 'error_during_execution', is_error: true });
    expect(result.errors?.join()).toContain(message);
    expect(json.stderr).toContain(message);
    expect(readResult(stream)).toMatchObject({ exit_code: code, errors: result.errors });
  });

  it.for([
    ['a model without a provider', ['--model', 'gpt'], 2],
    ['a rule that is none', ['--allowedTools', 'Bash(ls'], 2],
  ] as const)('leaves no run behind: %s', async ([_, args, code]) => {
    const { box } = await createBoxWithModel([]);
    expect((await box.run(['-p', 'x', ...args])).code).toBe(code);
    expect(JSON.parse((await box.run(['runs', 'list', '--json'])).stdout)).toEqual([]);
  });

  it('names the option that was meant', async () => {
    const { stderr } = await createBox().run(['-p', 'x', '--max-turn', '3']);
    expect(stderr).toBe('steward: unknown option --max-turn\n  did you mean --max-turns?\n');
  });

  it('names the probe and the goal that were meant', async () => {
    const box = createBox();
    expect((await box.run(['-p', 'x', '--probes', 'dsik'])).stderr).toContain('disk');
    expect((await box.run(['run', 'helth-check'])).stderr).toContain('health-check');
  });

  it('is an output format that is not known', async () => {
    const ended = await createBox().run(['-p', 'x', '--output-format', 'xml']);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('"xml" is not known');
  });

  it('is an empty one, which gets the help on stderr', async () => {
    const ended = await createBox().run([]);
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('steward run GOAL') });
  });
});

const GOAL = (head: string): string => `---\ndescription: d\nprobes: [disk]\n${head}\n---\nLook.\n`;
const PROBE = 'describe: d\nrun: [df, -P]\nparse: lines\nfacts: { rows: output }\n';

/** A file of the operator's below the configuration folder, the command that meets it, and what is said. */
const FILES: [title: string, file: string, text: string, args: string[], message: RegExp][] = [
  ['broken YAML in a goal', 'goals/mine.md', GOAL('tools: [Bash'), ['run', 'mine'], /mine\.md:\d+/],
  [
    'an unknown field in a goal',
    'goals/mine.md',
    GOAL('tols: [Bash]'),
    ['run', 'mine'],
    /mine\.md:\d+: .*tols/,
  ],
  [
    'a wrong value in a goal',
    'goals/mine.md',
    GOAL('autonomy: high'),
    ['run', 'mine'],
    /mine\.md:\d+: autonomy/,
  ],
  [
    'an unknown probe in a goal',
    'goals/mine.md',
    '---\ndescription: d\nprobes: [dsik]\n---\nLook.\n',
    ['run', 'mine'],
    /mine\.md:3: probes\[0\]: there is no probe "dsik"/,
  ],
  [
    'a fact that its probe has not, in what a goal calls done',
    'goals/mine.md',
    GOAL('done:\n  - probe: disk\n    expect: size(dsiks) > 0'),
    ['run', 'mine'],
    /mine\.md:6: done\[0\]\.expect: .*dsiks[\s\S]*Facts of disk: disks, fullest/,
  ],
  ['broken YAML in a probe', 'context/mine.yaml', 'describe: [', ['run', 'health-check'], /mine\.yaml:\d+/],
  [
    'an unknown field in a probe',
    'context/mine.yaml',
    `${PROBE}fatcs: {}\n`,
    ['run', 'health-check'],
    /mine\.yaml:\d+: .*fatcs/,
  ],
  [
    'a wrong expression in a rule',
    'context/mine.yaml',
    `${PROBE}rules:\n  - id: r\n    when: 'size(rows) >'\n    severity: warning\n    say: s\n    examples: [{ facts: {rows: []}, finds: [] }, { facts: {rows: [a]}, finds: [host] }]\n`,
    ['run', 'health-check'],
    /mine\.yaml:7: rules\[0\]\.when/,
  ],
  [
    'an unknown name in a rule',
    'context/mine.yaml',
    `${PROBE}rules:\n  - id: r\n    when: 'size(nobody) > 0'\n    severity: warning\n    say: s\n    examples: [{ facts: {rows: []}, finds: [] }, { facts: {rows: [a]}, finds: [host] }]\n`,
    ['run', 'health-check'],
    /mine\.yaml:7: rules\[0\]\.when: .*nobody/,
  ],
  ['broken YAML in settings', 'steward.yaml', 'limits: {turns: [', ['-p', 'x'], /steward\.yaml:\d+/],
  [
    'an unknown setting',
    'steward.yaml',
    'limits:\n  turn: 3\n',
    ['-p', 'x'],
    /steward\.yaml:2: limits\.turn/,
  ],
  [
    'a wrong value in settings',
    'steward.yaml',
    'limits:\n  turns: many\n',
    ['-p', 'x'],
    /steward\.yaml:2: limits\.turns/,
  ],
];

describe("an operator's file that is wrong", () => {
  it.for(FILES)('ends with 52 and names file, line and field: %s', async ([_, file, text, args, message]) => {
    const { box, server } = await createBoxWithModel([]);
    box.write(`.config/steward/${file}`, text);
    const { code, stderr, result } = await box.json(args);
    expect({ code, stderr, errors: result.errors, reason: result.reason }).toMatchObject({
      code: 52,
      reason: 'settings',
      errors: [expect.stringMatching(message)],
    });
    expect(server.requests).toEqual([]);
  });
});

describe('a key', () => {
  it('that is missing ends with 41 and says where it is looked for', async () => {
    const { code, result, stderr } = await createBox().json(['-p', 'x']);
    expect({ code, reason: result.reason, stderr }).toMatchObject({ code: 41, reason: 'login' });
    expect(result.errors?.join()).toContain('ANTHROPIC_API_KEY');
  });

  it('that is no key ends with 41 and is not shown', async () => {
    const box = createBox({ ANTHROPIC_API_KEY: 'not a key' });
    const ended = await box.run(['-p', 'x']);
    expect(ended).toMatchObject({ code: 41, stdout: '' });
    expect(ended.stderr).toContain('$ANTHROPIC_API_KEY');
    expect(ended.stderr).not.toContain('not a key');
  });
});
