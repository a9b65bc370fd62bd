import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Happening } from '../../../src/app/client.ts';
import type { Script } from '../../wire/index.ts';
import { openSession } from './open-session.ts';

type Asked = Extract<Happening, { kind: 'question' }>;
const isQuestion = (one: Happening): one is Asked => one.kind === 'question';

const bash = (command: string) => ({ toolCalls: [{ name: 'Bash', input: { command } }] });

/** The calls one after the other, then an answer. */
const inTurn = (...commands: string[]): Script => [
  ...commands.map((command, index) => ({ when: { toolResults: index }, ...bash(command) })),
  { when: { toolResults: commands.length }, text: 'Done.' },
];

/** What the model was told of a call. */
const results = (seen: Happening[]) =>
  seen.flatMap((one) => (one.kind === 'run' && one.event.type === 'call.finished' ? [one.event] : []));
const events = (seen: Happening[], from = 0) =>
  seen.slice(from).flatMap((one) => (one.kind === 'run' ? [one.event.type] : []));

describe('a question of the gate', () => {
  it('shows what will run, and runs it once after a yes', async () => {
    const session = await openSession(inTurn('mkdir  "made"'));
    session.client.say('Make it.');
    const { question } = await session.until(isQuestion);
    expect(question).toMatchObject({
      id: 'Q1',
      step: 'C1',
      command: 'mkdir made',
      cwd: session.cwd,
      effect: 'reversible',
      rule: 'spec:mkdir',
      offer: { rule: 'Bash(mkdir *)' },
      wantsTerminal: false,
    });
    expect(question.offer?.matches).toHaveLength(3);
    expect(question.offer?.misses).toHaveLength(3);
    expect(existsSync(join(session.cwd, 'made'))).toBe(false);
    expect(await session.client.answer('Q1', { kind: 'once' })).toEqual({ kind: 'accepted', rule: null });
    await session.untilRun('run.closed');
    expect(existsSync(join(session.cwd, 'made'))).toBe(true);
    const steps = events(session.seen).filter((type) => type.startsWith('step.'));
    expect(steps).toEqual(['step.asked', 'step.answered', 'step.decided', 'step.started', 'step.finished']);
    expect(await session.client.answer('Q1', { kind: 'once' })).toEqual({ kind: 'too-late', rule: null });
  });

  it('shows what becomes of a file that it would write', async () => {
    const session = await openSession([
      { toolCalls: [{ name: 'Read', input: { file_path: 'settings' } }] },
      {
        toolCalls: [
          { name: 'Edit', input: { file_path: 'settings', old_string: 'port=80', new_string: 'port=81' } },
        ],
      },
      { text: 'Done.' },
    ]);
    const file = join(session.cwd, 'settings');
    writeFileSync(file, 'host=a\nport=80\n');
    session.client.say('Move it.');
    const { question } = await session.until(isQuestion);
    expect(question.diffs).toEqual([{ path: file, diff: '@@ line 1 @@\n host=a\n-port=80\n+port=81\n ' }]);
    await session.client.answer(question.id, { kind: 'once' });
    await session.untilRun('run.closed');
    expect(readFileSync(file, 'utf8')).toBe('host=a\nport=81\n');
  });

  it('shows the files of a change, and what would prove it', async () => {
    const session = await openSession([
      {
        toolCalls: [
          {
            name: 'Change',
            input: {
              title: 'Move it',
              apply: [{ edit: { file: 'settings', find: 'port=80', replace: 'port=81' } }],
              verify: [{ run: 'grep port=81 settings' }],
            },
          },
        ],
      },
      { text: 'Done.' },
    ]);
    const file = join(session.cwd, 'settings');
    writeFileSync(file, 'port=80\n');
    session.client.setMode('default');
    session.client.say('Move it.');
    const { question } = await session.until(isQuestion);
    expect(question.diffs).toEqual([{ path: file, diff: '@@ line 1 @@\n-port=80\n+port=81\n ' }]);
    expect(question.proof).toEqual(['grep port=81 settings → exit 0']);
    await session.client.answer(question.id, { kind: 'deny', comment: null });
    await session.untilRun('run.closed');
  });

  it('is not asked again for what a rule of this run allows, in later turns too', async () => {
    const session = await openSession(inTurn('mkdir one', 'mkdir two', 'rmdir two'));
    session.client.say('Make them.');
    const { question } = await session.until(isQuestion);
    const answered = await session.client.answer(question.id, { kind: 'run' });
    expect(answered).toEqual({ kind: 'accepted', rule: { rule: 'Bash(mkdir *)', applies: true } });
    const other = await session.until((one): one is Asked => isQuestion(one) && one.question.id !== 'Q1');
    expect(other.question.command).toBe('rmdir two');
    expect(existsSync(join(session.cwd, 'two'))).toBe(true);
    await session.client.answer(other.question.id, { kind: 'deny', comment: 'Leave it there.' });
    await session.untilRun('run.closed');
    expect(existsSync(join(session.cwd, 'two'))).toBe(true);
    expect(results(session.seen).at(-1)).toMatchObject({ refused: true });
    expect(results(session.seen).at(-1)?.text).toContain('Leave it there.');
  });

  it('offers no rule for what cannot be undone, and asks for it each time', async () => {
    const session = await openSession(inTurn('rm made', 'rm made'));
    writeFileSync(join(session.cwd, 'made'), 'x');
    session.client.say('Remove it.');
    const { question } = await session.until(isQuestion);
    expect(question).toMatchObject({ effect: 'irreversible', offer: null });
    await session.client.answer(question.id, { kind: 'run' });
    const again = await session.until((one): one is Asked => isQuestion(one) && one.question.id === 'Q2');
    expect(existsSync(join(session.cwd, 'made'))).toBe(false);
    expect(again.question.command).toBe('rm made');
    await session.client.answer('Q2', { kind: 'deny', comment: null });
    await session.untilRun('run.closed');
  });

  it('runs a program that no spec knows as the operator would', async () => {
    const session = await openSession(inTurn('./deploy.sh'));
    writeFileSync(join(session.cwd, 'deploy.sh'), '#!/bin/sh\necho hello > made && echo out\n', {
      mode: 0o755,
    });
    session.client.say('Deploy.');
    const { question } = await session.until(isQuestion);
    expect(question).toMatchObject({ effect: 'disruptive', rule: 'untrusted-program' });
    await session.client.answer(question.id, { kind: 'once' });
    await session.untilRun('run.closed');

    expect(existsSync(join(session.cwd, 'made'))).toBe(true);
  });

  it('is never asked for what nobody may do', async () => {
    const session = await openSession(inTurn('cat /etc/shadow', 'rm -rf --no-preserve-root /'));
    session.client.say('Try.');
    await session.untilRun('run.closed');
    expect(session.seen.filter(isQuestion)).toEqual([]);
    expect(results(session.seen).map(({ refused }) => refused)).toEqual([true, true]);
  });

  it('is denied by an interrupt, and by leaving', async () => {
    const session = await openSession(inTurn('mkdir made', 'mkdir made'));
    session.client.say('Make it.');
    await session.until(isQuestion);
    session.client.interrupt();
    expect((await session.untilRun('run.closed')).event).toMatchObject({ reason: 'interrupted' });
    await session.idle();
    const from = session.seen.length;
    session.client.say('Again.');
    await session.until(isQuestion, from);
    await session.client.close();
    expect((await session.untilRun('run.closed', from)).event).toMatchObject({ reason: 'interrupted' });
    expect(existsSync(join(session.cwd, 'made'))).toBe(false);
  });

  it('asks for a file, with a rule for its folder', async () => {
    const script: Script = [
      {
        when: { toolResults: 0 },
        toolCalls: [{ name: 'Write', input: { file_path: 'conf/a.txt', content: 'x' } }],
      },
      {
        when: { toolResults: 1 },
        toolCalls: [{ name: 'Write', input: { file_path: 'conf/b.txt', content: 'x' } }],
      },
      { when: { toolResults: 2 }, text: 'Done.' },
    ];
    const session = await openSession(script);
    mkdirSync(join(session.cwd, 'conf'));
    session.client.say('Write.');
    const { question } = await session.until(isQuestion);
    expect(question.offer).toMatchObject({ rule: `Edit(/${session.cwd}/conf/**)` });
    const { rule } = await session.client.answer(question.id, { kind: 'run' });
    expect(rule).toMatchObject({ applies: true });
    await session.untilRun('run.closed');
    expect(existsSync(join(session.cwd, 'conf/b.txt'))).toBe(true);
    expect(session.seen.filter(isQuestion)).toHaveLength(1);
  });

  it('waits for nobody in modes that do not ask', async () => {
    for (const mode of ['plan', 'dontAsk'] as const) {
      const session = await openSession(inTurn('mkdir made'), { mode });
      session.client.say('Make it.');
      await session.untilRun('run.closed');
      expect(session.seen.filter(isQuestion)).toEqual([]);
      expect(existsSync(join(session.cwd, 'made'))).toBe(false);
    }
  });

  it('follows the mode as it is when the step comes', async () => {
    const session = await openSession(inTurn('mkdir one', 'mkdir two'));
    session.client.say('Make them.');
    const { question } = await session.until(isQuestion);
    session.client.setMode('dontAsk');
    await session.client.answer(question.id, { kind: 'once' });
    await session.untilRun('run.closed');
    expect(session.seen.filter(isQuestion)).toHaveLength(1);
    expect(existsSync(join(session.cwd, 'two'))).toBe(false);
  });

  it('hands the terminal to a command that may ask for a password, and waits for no screen', async () => {
    const session = await openSession(inTurn('sudo -n true', 'sudo -n true'));
    session.client.say('Do it.');
    const { question } = await session.until(isQuestion);
    expect(question).toMatchObject({ wantsTerminal: true, rule: 'privilege' });
    await session.client.answer(question.id, { kind: 'once' });
    const wanted = await session.until(
      (one): one is Extract<Happening, { kind: 'terminal-wanted' }> => one.kind === 'terminal-wanted',
    );
    expect(wanted.command).toBe('sudo -n true');
    await wanted.use();
    const second = await session.until((one): one is Asked => isQuestion(one) && one.question.id === 'Q2');
    expect(results(session.seen)[0]?.text).toContain("operator's terminal");
    const from = session.seen.length;
    await session.client.answer(second.question.id, { kind: 'once' });
    await session.until(
      (one): one is Extract<Happening, { kind: 'terminal-wanted' }> => one.kind === 'terminal-wanted',
      from,
    );
    session.client.interrupt();
    expect((await session.untilRun('run.closed')).event).toMatchObject({ reason: 'interrupted' });
  });

  it('ends plan mode when the plan is approved, and goes on planning when it is not', async () => {
    const plan = { name: 'ExitPlanMode', input: { plan: '1. Make `made`.' } };
    const session = await openSession(
      [
        { when: { toolResults: 0 }, ...bash('mkdir made') },
        { when: { toolResults: 1 }, toolCalls: [plan] },
        { when: { toolResults: 2 }, toolCalls: [plan] },
        { when: { toolResults: 3 }, ...bash('mkdir made') },
        { text: 'Done.' },
      ],
      { mode: 'plan' },
    );
    session.client.say('Make it.');
    const first = await session.until(isQuestion);
    expect(first.question).toMatchObject({ rule: 'mode:plan', command: '1. Make `made`.' });
    await session.client.answer('Q1', { kind: 'deny', comment: 'Say how you check it.' });
    await session.until((one): one is Asked => isQuestion(one) && one.question.id === 'Q2');
    expect(results(session.seen)[1]?.text).toContain('Say how you check it.');
    await session.client.answer('Q2', { kind: 'once' });
    const third = await session.until((one): one is Asked => isQuestion(one) && one.question.id === 'Q3');
    expect(third.question.command).toBe('mkdir made');
    expect(session.status().mode).toBe('default');
    await session.client.answer('Q3', { kind: 'once' });
    await session.untilRun('run.closed');
    expect(existsSync(join(session.cwd, 'made'))).toBe(true);
    expect(results(session.seen)[0]?.text).toContain('permission mode plan');
  });
});
