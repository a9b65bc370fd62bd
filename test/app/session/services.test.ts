import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Happening } from '../../../src/app/client.ts';
import { OpsError } from '../../../src/lib/ops-error.ts';
import { type OpenSession, openSession } from './open-session.ts';

async function ask(session: OpenSession, prompt: string) {
  const from = session.seen.length;
  session.client.say(prompt);
  const closed = await session.untilRun('run.closed', from);
  await session.idle();
  return closed.event;
}

const sent = ({ server }: OpenSession) => JSON.stringify(server?.requests.at(-1)?.body.messages);
const SIZE = { columns: 80, rows: 24 };

describe('a session between its turns', () => {
  it('tells the model of own commands with the next prompt, fenced, and of others nothing', async () => {
    const session = await openSession([{ text: 'Seen.' }, { text: 'Seen again.' }, { text: 'And again.' }]);
    const { client } = session;
    await client.runOwn('echo first-output', { isTold: true, ...SIZE }).ended;
    await client.runOwn('echo for-me-only', { isTold: false, ...SIZE }).ended;
    expect(await ask(session, 'What did I do?')).toMatchObject({ result: 'Seen.' });
    expect(sent(session)).toMatch(
      /The operator ran a command of their own.*O1, exit 0.*<data-[0-9a-f]+ of=.*first-output/,
    );
    expect(sent(session)).not.toContain('for-me-only');

    await client.runOwn('echo second-output; exit 4', { isTold: true, ...SIZE }).ended;
    await ask(session, 'And now?');
    expect(sent(session)).toMatch(/O3, exit 4.*second-output.*And now\?/);
    await ask(session, 'And then?');
    expect(sent(session).match(/second-output/g)?.length).toBe(2);
    expect(session.seen.filter((one) => one.kind === 'run' && one.event.type === 'run.opened')).toHaveLength(
      1,
    );
  });

  it('runs an own command while a turn works, into the same log', async () => {
    const session = await openSession([{ text: 'Done.', delayMs: 1_000 }]);
    session.client.say('Take your time.');
    await session.untilRun('model.requested');
    const { exitCode } = await session.client.runOwn('true', { isTold: true, ...SIZE }).ended;
    expect(exitCode).toBe(0);
    await session.client.rename('slow one');
    await session.idle();
    expect(session.status().runName).toBe('slow one');
    const [run] = await session.client.runs({ text: 'slow', limit: 5 });
    expect(run).toMatchObject({ name: 'slow one', title: 'Take your time.', outcome: 'reported' });
    const seqs = session.seen.flatMap((one) => (one.kind === 'run' && one.seq !== null ? [one.seq] : []));
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, at) => at + 1));
  });

  it('goes back to before a prompt, with what the model wrote since, and on from there', async () => {
    const session = await openSession((request) => {
      if (request.lastText.includes('Write')) {
        return { toolCalls: [{ name: 'Write', input: { file_path: 'new.txt', content: 'words\n' } }] };
      }
      return { text: request.toolResults > 0 ? 'Written.' : 'Hello.' };
    });
    execFileSync('git', ['init', '-q'], { cwd: session.cwd });
    session.client.setMode('acceptEdits');
    await ask(session, 'Good morning.');
    await ask(session, 'Write it.');
    expect(existsSync(join(session.cwd, 'new.txt'))).toBe(true);
    const points = await session.client.rewindPoints();
    expect(points.map(({ prompt, files }) => [prompt, files.length])).toEqual([
      ['Good morning.', 1],
      ['Write it.', 1],
    ]);
    const rewound = await session.client.rewind(points[1]?.id ?? '', { files: true });
    expect(rewound).toMatchObject({
      prompt: 'Write it.',
      restored: [join(session.cwd, 'new.txt')],
      refused: [],
    });
    expect(existsSync(join(session.cwd, 'new.txt'))).toBe(false);
    await ask(session, 'How are you?');
    expect(sent(session)).toContain('Good morning.');
    expect(sent(session)).not.toContain('Write it.');

    const [first] = await session.client.rewindPoints();
    await session.client.rewind(first?.id ?? '', { files: true });
    await ask(session, 'From the start.');
    expect(sent(session)).not.toContain('Good morning.');
    expect(sent(session)).toContain('The data marker of this run is');
  });

  it('sums up older turns on demand, with what the operator wants kept, and goes on from that', async () => {
    const session = await openSession((request) => {
      if (request.lastText.includes('Stop here and sum up')) return { text: 'SUMMARY: the disk was full.' };
      return { text: `answer ${request.assistantMessages + 1}` };
    });
    const { client } = session;
    await ask(session, 'first-prompt');
    await expect(client.compact(null)).rejects.toMatchObject({ code: 'nothing-to-do' });
    for (const number of [2, 3, 4, 5, 6]) await ask(session, `prompt ${number}`);
    expect(sent(session)).toContain('answer 2');
    await client.compact('names of file systems');
    expect(session.server?.requests.at(-1)?.lastText).toContain('kept above all: names of file systems');
    expect(session.seen.findLast((one) => one.kind === 'run')).toMatchObject({
      event: { type: 'context.reduced', method: 'summarise' },
    });
    await ask(session, 'prompt 7');
    expect(sent(session)).toContain('SUMMARY: the disk was full.');
    expect(sent(session)).not.toContain('answer 2');
    expect(sent(session)).toContain('first-prompt');
    expect(await client.page('context', '')).toContain('Made smaller 1 time');
  });

  it('lets what is typed while it sums up wait for the end of it', async () => {
    const session = await openSession((request) => {
      const isSummary = request.lastText.includes('Stop here and sum up');
      return isSummary ? { text: 'SUMMARY', delayMs: 500 } : { text: 'answer' };
    });
    for (const number of [1, 2, 3, 4, 5]) await ask(session, `prompt ${number}`);
    const compacted = session.client.compact(null);
    const from = session.seen.length;
    session.client.say('typed meanwhile');
    await compacted;
    await session.untilRun('run.closed', from);
    expect(sent(session)).toContain('SUMMARY');
    expect(sent(session)).toContain('typed meanwhile');
  });

  it('keeps the conversation as it is when nobody sums it up', async () => {
    const session = await openSession((request) =>
      request.lastText.includes('Stop here and sum up') ? { text: '' } : { text: 'answer' },
    );
    for (const number of [1, 2, 3, 4, 5]) await ask(session, `prompt ${number}`);
    await expect(session.client.compact(null)).rejects.toMatchObject({ code: 'not-compacted' });
    await ask(session, 'still there?');
    expect(sent(session)).toContain('prompt 2');
  });

  it('leaves no own command behind, and its end in the log', async () => {
    const session = await openSession([{ text: 'Well.' }]);
    const command = session.client.runOwn('echo "pid $$"; sleep 1000', { isTold: true, ...SIZE });
    let screen = '';
    command.onOutput((text) => {
      screen += text;
    });
    await expect.poll(() => screen, { timeout: 30_000 }).toMatch(/pid \d+\r\n/);
    await session.client.close();
    expect(await command.ended).toMatchObject({
      exitCode: null,
      signal: expect.stringMatching(/^SIG(?:HUP|TERM)$/),
    });
    expect(existsSync(`/proc/${/pid (\d+)/.exec(screen)?.[1]}`)).toBe(false);
    expect(session.seen.findLast((one) => one.kind === 'run')).toMatchObject({
      event: { type: 'operator.ended' },
    });
  });

  it('tells no secret in what goes wrong, also before settings are read', async () => {
    const env = { HOME: '/nonexistent', DB_PASSWORD: 'wEi7quaiPhohX3ae' };
    const openWorld = async (): Promise<never> => {
      throw new OpsError('settings', 'settings', 'line 3: wEi7quaiPhohX3ae is not a word');
    };
    const session = await openSession(null, { env, openWorld });
    const isTrouble = (one: Happening): one is Extract<Happening, { kind: 'trouble' }> =>
      one.kind === 'trouble';
    expect((await session.until(isTrouble)).text).toMatch(/^line 3: \[masked:.*\] is not a word$/);
  });

  it('shows at once what is wrong, and every page before anything was asked', async () => {
    const session = await openSession(null);
    const isReady = (one: Happening): one is Extract<Happening, { kind: 'panel' }> =>
      one.kind === 'panel' && one.panel.state === 'ready';
    expect((await session.until(isReady)).panel.probes.broken).toBe(0);
    for (const name of [
      'context',
      'cost',
      'findings',
      'goals',
      'memory',
      'permissions',
      'report',
      'runs',
      'status',
      'tools',
    ] as const) {
      expect(await session.client.page(name, '')).toMatch(/^# /);
    }
    expect(session.seen.filter(({ kind }) => kind === 'trouble')).toEqual([]);
  });
});
