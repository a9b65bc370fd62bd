import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RAW, SEQUENCES } from '../../fakes/terminal-sequences.ts';
import { type Box, createBoxWithModel, type Ended } from '../steward.ts';
import { goalText } from './goal.ts';
import { bash, type Place, runBare } from './scene.ts';

const HOSTILE = SEQUENCES.join(' ');
const KEY = `sk-ant-api03-${'Zk3vQ9xLm2Rt7Yp1Wd5Hs8Nf'.repeat(4)}AA`;

const PROBE = (file: string) => `describe: What others said
run: [cat, '${file}']
parse: json
facts: { units: output.units }
rules:
  - id: failed
    each: units
    as: u
    object: u.name
    when: u.failed
    severity: critical
    class: advisory
    cooldown: 1h
    say: 'Unit {u.name} failed: {u.why}'
    look:
      - [sort, '{u.name}']
      - [find, '{u.name}']
      - [cat, '{u.name}']
    examples: [{ facts: { units: [{ name: a, why: b, failed: true }] }, finds: [a] }, { facts: { units: [] }, finds: [] }]
`;

function plantUnits({ home, cwd }: Place, units: readonly { name: string; why: string }[]): void {
  for (const folder of ['goals', 'context'])
    mkdirSync(join(home, '.config/steward', folder), { recursive: true });
  writeFileSync(join(home, '.config/steward/goals/mine.md'), goalText(['units']));
  writeFileSync(join(home, '.config/steward/context/units.yaml'), PROBE(join(cwd, 'units.json')));
  const failed = units.map((unit) => ({ ...unit, failed: true }));
  writeFileSync(join(cwd, 'units.json'), JSON.stringify({ units: failed }));
}

function expectPlain(ended: Ended): void {
  expect(RAW.exec(ended.stdout)?.[0]).toBeUndefined();
  expect(RAW.exec(ended.stderr)?.[0]).toBeUndefined();
}

async function logs({ home, cwd, env }: Box): Promise<string> {
  const text = await runBare('cat ~/.local/state/steward/runs/*.jsonl', { home, cwd, env });
  expect(text).toContain('"run.closed"');
  return text;
}

const FORMATS = ['text', 'json', 'stream-json'];

describe('12 sequences that steer a terminal', () => {
  it('are raw in what a program gives that passes them on', async () => {
    const { box } = await createBoxWithModel([]);
    writeFileSync(join(box.cwd, 'hostile'), HOSTILE);
    const shown = await runBare('cat hostile', box);
    expect(SEQUENCES.filter((sequence) => !shown.includes(sequence) || !RAW.test(sequence))).toEqual([]);
  });

  it.for(FORMATS)('reach neither stream nor log from an answer, a command and a file: %s', async (format) => {
    const { box } = await createBoxWithModel((request) =>
      request.assistantMessages === 0
        ? {
            text: HOSTILE,
            toolCalls: [
              bash('cat hostile'),
              bash(`echo '${HOSTILE}'`),
              { name: 'Read', input: { file_path: 'hostile' } },
              { name: `Rea${HOSTILE}d`, input: {} },
              { name: 'Read', input: { file_path: HOSTILE, [HOSTILE]: 1 } },
            ],
          }
        : { text: `The answer. ${HOSTILE}` },
    );
    writeFileSync(join(box.cwd, 'hostile'), HOSTILE);
    const ended = await box.run(['-p', HOSTILE, '--verbose', '--output-format', format]);
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('The answer.') });
    expectPlain(ended);
    expect(RAW.test(await logs(box))).toBe(false);
    const list = await box.run(['runs', 'list', '--json']);
    const id = (JSON.parse(list.stdout) as { run: string }[])[0]?.run ?? '';
    expectPlain(list);
    for (const args of [['list'], ['show', id], ['show', id, '--json'], ['verify', id]]) {
      const shown = await box.run(['runs', ...args]);
      expect(shown.code).toBe(0);
      expectPlain(shown);
    }
  });

  it.for(FORMATS)(
    'reach neither stream from the error text of a model server, nor does a key in it: %s',
    async (format) => {
      const { box } = await createBoxWithModel(() => ({
        fault: 'status',
        status: 400,
        body: { error: { type: 'invalid_request_error', message: `bad ${HOSTILE} ${KEY} x` } },
      }));
      const ended = await box.run(['-p', 'x', '--verbose', '--output-format', format]);
      expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('bad ') });
      expectPlain(ended);
      const log = await logs(box);
      expect(RAW.test(log)).toBe(false);
      for (const text of [ended.stdout, ended.stderr, log]) expect(text).not.toContain(KEY);
    },
  );

  it.for(FORMATS)('reach neither stream from the objects of findings and a trigger: %s', async (format) => {
    const { box } = await createBoxWithModel(() => ({ text: 'done' }));
    plantUnits(box, [{ name: `nginx${HOSTILE}\n"steward": healthy`, why: HOSTILE }]);
    writeFileSync(join(box.cwd, 'alert.json'), JSON.stringify({ [HOSTILE]: HOSTILE }));
    const ended = await box.run([
      ...['run', 'mine', '--trigger-file', 'alert.json', '--verbose', '--output-format', format],
    ]);
    expect(ended.code).toBe(60);
    expectPlain(ended);
    expect(RAW.test(await logs(box))).toBe(false);
    for (const args of [
      ['findings', 'list'],
      ['findings', 'list', '--json'],
      ['context', 'units'],
    ]) {
      expectPlain(await box.run(args));
    }
  });
});

describe('an object that is named like an option', () => {
  it('makes no look-step do more than look: 10 names', async () => {
    const names = [
      '--output=canary-0',
      '-ocanary-1',
      '-delete',
      '--files0-from=canary',
      '-fprint',
      '--compress-program=touch',
      '-T.',
      '{u.why}',
      '$(touch canary-8)',
      ';touch canary-9',
    ];
    const { box } = await createBoxWithModel(() => ({ text: 'done' }));
    writeFileSync(join(box.cwd, 'kept'), 'kept\n');
    await runBare('sort --output=canary-0 kept; sort kept -ocanary-1; find kept -delete', box);
    const made = () =>
      runBare('ls', box).then((text) => text.split('\n').filter((name) => /^canary|^kept/.test(name)));
    expect(await made()).toEqual(['canary-0', 'canary-1']);
    await runBare('rm canary-*; echo kept > kept', box);

    plantUnits(
      box,
      names.map((name) => ({ name, why: '{u.name}' })),
    );
    const ended = await box.run(['run', 'mine', '--output-format', 'json']);
    expect(ended.code).toBe(60);
    expect(await made()).toEqual(['kept']);
    const log = await logs(box);
    const decided = log
      .split('\n')
      .filter((line) => line.includes('"step.decided"') && line.includes('"origin":"look"'))
      .map((line) => (JSON.parse(line) as { event: { command: string; decision: string } }).event);
    const allowed = decided.filter(({ decision }) => decision === 'allow').map(({ command }) => command);
    expect(decided.length).toBeGreaterThan(0);
    expect(allowed.filter((command) => /output=|-ocanary|-delete|fprint|compress/.test(command))).toEqual([]);
  });
});
