import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Happening } from '../../../src/app/client.ts';
import { openSession } from './open-session.ts';

describe('a turn of a session', () => {
  it('streams the answer, and the next one goes on with the same run', async () => {
    const session = await openSession([{ text: 'All is well.' }]);
    session.client.say('How is it?');
    const closed = await session.untilRun('run.closed');
    expect(closed.event).toMatchObject({ outcome: 'reported', result: 'All is well.' });
    const text = session.seen.map((one) => (one.kind === 'delta' ? one.delta.text : '')).join('');
    expect(text).toBe('All is well.');

    await session.idle();
    const from = session.seen.length;
    session.client.say('And now?');
    await session.untilRun('run.closed', from);
    expect(session.server?.requests[1]?.assistantMessages).toBe(1);
    expect(session.seen.filter((one) => one.kind === 'run' && one.event.type === 'run.opened')).toHaveLength(
      1,
    );
    expect(session.seen.slice(from).find((one) => one.kind === 'run')).toMatchObject({
      event: { type: 'run.resumed', prompt: 'And now?' },
    });
  });

  it('keeps what was read of an answer that the operator interrupts, and tells the model', async () => {
    const long = 'one two three four five six seven eight nine ten. '.repeat(40);
    const session = await openSession([
      { when: { contains: 'Go on' }, text: 'As I said.' },
      { text: long, chunkDelayMs: 20 },
    ]);
    session.client.say('Tell me a lot.');
    await session.until((one): one is Extract<Happening, { kind: 'delta' }> => one.kind === 'delta');
    session.client.interrupt();
    const closed = await session.untilRun('run.closed');
    expect(closed.event).toMatchObject({ outcome: 'stopped', reason: 'interrupted' });
    const cut = session.seen.flatMap((one) =>
      one.kind === 'run' && one.event.type === 'model.replied' ? [one.event] : [],
    );
    const said = session.seen.map((one) => (one.kind === 'delta' ? one.delta.text : '')).join('');
    expect(cut).toMatchObject([{ stopReason: 'interrupted', content: [{ type: 'text', text: said }] }]);
    expect(long.startsWith(said) && said !== '' && said !== long).toBe(true);

    await session.idle();
    const from = session.seen.length;
    session.client.say('Go on.');
    await session.untilRun('run.closed', from);
    const sent = JSON.stringify(session.server?.requests.at(-1)?.body.messages);
    expect(sent).toContain(said.trim());
    expect(sent).toContain('interrupted your answer here');
  });

  it('takes what is typed meanwhile to the next step of the model', async () => {
    const session = await openSession([
      { when: { contains: 'the other one' }, text: 'The other one it is.' },
      { when: { toolResults: 0 }, toolCalls: [{ name: 'Bash', input: { command: 'mkdir one' } }] },
      { text: 'Not heard.' },
    ]);
    session.client.say('Make it.');
    const asked = await session.until(
      (one): one is Extract<Happening, { kind: 'question' }> => one.kind === 'question',
    );
    session.client.steer('Take the other one.');
    await session.client.answer(asked.question.id, { kind: 'deny', comment: null });
    const closed = await session.untilRun('run.closed');
    expect(closed.event).toMatchObject({ result: 'The other one it is.' });
    expect(session.seen.findLast((one) => one.kind === 'queue')).toMatchObject({ waiting: [] });
    expect((await session.untilRun('message.added')).event).toMatchObject({ by: 'operator' });
  });

  it('asks what is typed meanwhile when the turn has ended, in order, unless it is taken back', async () => {
    const session = await openSession([{ text: 'Yes.', delayMs: 200 }]);
    session.client.say('One?');
    await session.untilRun('model.requested');
    session.client.say('Two?');
    session.client.say('Three?');
    expect(session.client.unqueue()).toBe('Three?');
    expect(session.seen.findLast((one) => one.kind === 'queue')).toMatchObject({ waiting: ['Two?'] });
    await session.idle();
    const prompts = session.server?.requests.map(({ lastText }) => lastText.trim().split('\n').at(-1));
    expect(prompts).toEqual(['One?', 'Two?']);
    expect(session.client.unqueue()).toBeNull();
  });

  it('says what is missing without a model, and goes on with other things', async () => {
    const session = await openSession(null);
    await session.until(
      (one): one is Extract<Happening, { kind: 'status' }> =>
        one.kind === 'status' && one.status.modelMissing !== null,
    );
    session.client.say('Hello?');
    const closed = await session.untilRun('run.closed');
    expect(closed.event).toMatchObject({ outcome: 'failed', reason: 'login' });
    expect(JSON.stringify(closed.event)).toContain('ANTHROPIC_API_KEY');
    const own = session.client.runOwn('echo by hand', { isTold: true, columns: 80, rows: 24 });
    expect((await own.ended).exitCode).toBe(0);
    expect(session.seen.some((one) => one.kind === 'run' && one.event.type === 'operator.ended')).toBe(true);
  });

  it('tells what is wrong with settings, and works when they are mended', async () => {
    const session = await openSession([{ text: 'Here.' }], { settings: '{"modle": "x"}' });
    const trouble = await session.until(
      (one): one is Extract<Happening, { kind: 'trouble' }> => one.kind === 'trouble',
    );
    expect(trouble.text).toContain('modle');
    session.client.say('Hello?');
    await session.idle();
    expect(session.seen.filter((one) => one.kind === 'trouble')).toHaveLength(2);
  });

  it('goes on with the last run of the folder', async () => {
    const first = await openSession([{ text: 'Noted.' }]);
    first.client.say('Remember 42.');
    await first.untilRun('run.closed');
    await first.client.close();
    const second = await openSession([{ text: 'It was 42.' }], { home: first.home, resume: 'last' });
    second.client.say('What was it?');
    await second.untilRun('run.resumed');
    await second.idle();
    expect(second.status().run).toBe(first.status().run);
    expect(JSON.stringify(second.server?.requests[0]?.body.messages)).toContain('Remember 42.');
  });

  it('works on a goal in a run of its own, and talks on about it', async () => {
    const session = await openSession([
      { when: { contains: 'Why?' }, text: 'Because of the goal.' },
      { when: { contains: 'Goal: look' }, text: 'Looked.' },
      { text: 'Hello.' },
    ]);
    const folder = join(session.home, '.config/steward/goals');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'look.md'), '---\ndescription: d\nprobes: []\ngate: always\n---\nLook.\n');
    session.client.say('Hi.');
    await session.untilRun('run.closed');
    await session.idle();
    const first = session.status().run;
    const from = session.seen.length;
    session.client.runGoal('look', {});
    await session.until((one): one is Extract<Happening, { kind: 'opened' }> => one.kind === 'opened', from);
    const opened = await session.untilRun('run.opened', from);
    expect(opened.event).toMatchObject({ goal: 'look', trigger: { kind: 'manual' } });
    await session.untilRun('run.closed', from);
    expect(session.status().run).not.toBe(first);
    const then = session.seen.length;
    session.client.say('Why?');
    expect((await session.untilRun('run.closed', then)).event.type).toBe('run.closed');
    expect(JSON.stringify(session.server?.requests.at(-1)?.body.messages)).not.toContain('Hi.');
  });

  it('shows what a call writes while it runs, masked', async () => {
    const session = await openSession([
      {
        when: { toolResults: 0 },
        toolCalls: [{ name: 'Bash', input: { command: 'tail -n +1 -f log' } }],
      },
      { when: { toolResults: 1 }, text: 'Seen.' },
    ]);
    const key = 'sk-ant-api03-0123456789abcdefghijklmnopqrstuvwxyz';
    writeFileSync(join(session.cwd, 'log'), `first\nAPI_KEY=${key}\nlast\n\n`);
    session.client.say('Watch it.');
    const shown = await session.until(
      (one): one is Extract<Happening, { kind: 'output' }> => one.kind === 'output',
    );
    expect(shown).toMatchObject({ call: 'C1', text: expect.stringContaining('first') });
    session.client.interrupt();
    await session.untilRun('run.closed');
    expect(JSON.stringify(session.seen)).not.toContain(key);
  });

  it('ends at a signal, begins nothing more, and says so in the log', async () => {
    const end = new AbortController();
    const session = await openSession([{ text: 'Never.', delayMs: 60_000 }], { signal: end.signal });
    session.client.say('One?');
    await expect.poll(() => session.server?.requests.length, { timeout: 15_000 }).toBe(1);
    session.client.say('Two?');
    end.abort('terminated');
    await session.client.close();
    expect((await session.untilRun('run.closed')).event).toMatchObject({ reason: 'terminated' });
    expect(session.server?.requests).toHaveLength(1);
    session.client.say('Three?');
    await session.client.close();
    expect(session.server?.requests).toHaveLength(1);
  });

  it('says before anything is asked how far settings let it go', async () => {
    const session = await openSession([{ text: 'Here.' }], { settings: '{"autonomy": "observe"}' });
    const told = await session.until(
      (one): one is Extract<Happening, { kind: 'status' }> =>
        one.kind === 'status' && one.status.model !== null,
    );
    expect(told.status).toMatchObject({
      autonomy: 'observe',
      model: { name: 'claude-sonnet-5-5', place: 'cloud' },
      pendingApprovals: 0,
      isWorking: false,
    });
  });
});
