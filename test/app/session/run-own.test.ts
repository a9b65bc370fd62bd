import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainOwn, warnOfOwn } from '../../../src/app/session/judge-own.ts';
import { createOwnLog } from '../../../src/app/session/own-log.ts';
import { runOwn } from '../../../src/app/session/run-own.ts';
import { readRun, replay } from '../../../src/runs/index.ts';
import { type Bench, openBench } from './support.ts';

const SECRET = 'wEi7quaiPhohX3ae';

function start(bench: Bench, line: string, isTold = true, log = createOwnLog(bench.session)) {
  let screen = '';
  const command = runOwn(bench.session, log, line, { isTold, columns: 80, rows: 24 });
  command.onOutput((text) => {
    screen += text;
  });
  return { command, log, screen: () => screen };
}

const eventsOf = async ({ world, session }: Bench) =>
  (await readRun(world.store, session.state.run ?? '')).lines.map(({ event }) => event);

async function until(seen: () => string, text: string) {
  await expect.poll(seen, { timeout: 30_000 }).toContain(text);
}

describe("an operator's own command", () => {
  it('runs in a terminal, in their folder, shell and environment, and is in the log', async () => {
    const bench = await openBench({ MY_OWN: 'value', SHELL: '/bin/bash' });
    const line = 'test -t 0 && test -t 1 && echo "$MY_OWN $0 $PWD $(stty size)"; exit 3';
    const { command, screen } = start(bench, line);
    expect(await command.ended).toMatchObject({ exitCode: 3, signal: null });
    expect(screen()).toContain(`value /bin/bash ${bench.cwd} 24 80\r\n`);
    const events = await eventsOf(bench);
    expect(events.map(({ type }) => type)).toEqual([
      'run.opened',
      'run.closed',
      'operator.began',
      'operator.ended',
    ]);
    expect(events[2]).toMatchObject({ id: 'O1', command: line, cwd: bench.cwd, isTold: true });
    expect(events[3]).toMatchObject({ id: 'O1', exitCode: 3, output: `value /bin/bash ${bench.cwd} 24 80` });
  });

  it('is in the log before it begins', async () => {
    const bench = await openBench();
    const { command, screen } = start(bench, 'echo ready; read _; exit 0');
    await until(screen, 'ready');
    expect((await eventsOf(bench)).map(({ type }) => type).at(-1)).toBe('operator.began');
    command.write('\r');
    expect(await command.ended).toMatchObject({ exitCode: 0 });
  });

  it('gets keys, also those that were typed before it was there, and the size of its window', async () => {
    const bench = await openBench();
    const { command, screen } = start(bench, 'read word; stty size; read _; stty size; echo "got $word"');
    command.write('early\r');
    await until(screen, '24 80');
    command.resize(132, 50);
    command.write('\r');
    await command.ended;
    expect(screen()).toContain('50 132');
    expect(screen()).toContain('got early');
  });

  it('is ended with all that it started in front', async () => {
    const bench = await openBench();
    const { command, screen } = start(bench, 'echo $$; trap "" HUP; sleep 1000; echo never');
    await until(screen, '\n');
    command.stop();
    const { exitCode, signal } = await command.ended;
    expect([exitCode, signal]).not.toEqual([0, null]);
    expect(screen()).not.toContain('never');
    expect(existsSync(`/proc/${screen().trim()}`)).toBe(false);
  });

  it('is told to the model with its output, masked and without what only a terminal reads', async () => {
    const bench = await openBench({ DB_PASSWORD: SECRET });
    const line = `printf '10%%\\r99%%\\rdone\\n\\033[31mred\\033[0m\\n'; echo ${SECRET}`;
    const { command, screen } = start(bench, line);
    await command.ended;
    // It is the operator's own terminal; what is kept is another matter.
    expect(screen()).toContain(SECRET);
    const { told } = replay((await readRun(bench.world.store, bench.session.state.run ?? '')).lines);
    expect(told[0]?.output).toMatch(/^done\nred\n\[masked:/);
    expect(JSON.stringify([told, bench.happenings])).not.toContain(SECRET);
    expect(
      readFileSync(bench.world.store.pathOf(`runs/${bench.session.state.run}.jsonl`) ?? '', 'utf8'),
    ).not.toContain(SECRET);
  });

  it('leaves nothing of its output anywhere when the model is not to be told', async () => {
    const bench = await openBench();
    await start(bench, 'echo only-for-me', false).command.ended;
    expect((await eventsOf(bench)).at(-1)).toMatchObject({
      type: 'operator.ended',
      output: null,
      outputBytes: 13,
    });
  });

  it('keeps head and tail of endless output, whole for the screen', async () => {
    const bench = await openBench();
    const { command, screen } = start(bench, 'seq 1 200000');
    await command.ended;
    expect(screen()).toContain('\n200000\r\n');
    const ended = (await eventsOf(bench)).at(-1);
    const output = ended?.type === 'operator.ended' ? ended.output : null;
    expect(output).toMatch(/^1\n2\n/);
    expect(output).toMatch(/\n200000$/);
    expect(output?.length).toBeLessThan(17_000);
  });

  it('has a number of its own over all sittings, and goes into the log of the turn that works', async () => {
    const bench = await openBench();
    await start(bench, 'true').command.ended;
    const log = createOwnLog(bench.session);
    const live: string[] = [];
    log.setLive({
      record(event) {
        live.push(event.type === 'operator.began' ? event.id : event.type);
      },
      sync: async () => {},
    });
    bench.session.state.isWorking = true;
    await start(bench, 'true', true, log).command.ended;
    expect(live).toEqual(['O2', 'operator.ended']);
  });

  it('never runs in another folder than the one that it was typed in', async () => {
    const bench = await openBench();
    const session = {
      ...bench.session,
      options: { ...bench.session.options, cwd: join(bench.home, 'gone') },
    };
    const { command, screen } = start({ ...bench, session }, 'echo ran');
    expect((await command.ended).exitCode).not.toBe(0);
    expect(screen()).not.toContain('ran\r');
  });
});

describe('what is said of a command before it runs', () => {
  it.each([
    ['rm -rf /srv/data', true],
    ['sudo -n rm -rf /srv/data', true],
    ['mkfs.ext4 /dev/sdb1', true],
    ['reboot', true],
    ['ls -l', false],
    ['systemctl restart nginx', false],
    ['vim notes.md', false],
    ['for x in', false],
  ])('warns before %s: %s', async (line, isWarned) => {
    const { session } = await openBench();
    const warning = await warnOfOwn(session, line);
    if (isWarned) expect(warning).toMatch(/^This cannot be undone: .+\.$/);
    else expect(warning).toBeNull();
  });

  it('explains a line as policy sees it in this session', async () => {
    const bench = await openBench();
    writeFileSync(join(bench.cwd, 'x'), '');
    const text = await explainOwn(bench.session, 'systemctl restart nginx');
    expect(text).toContain('ask (disruptive, spec:systemctl.restart)');
    expect(text).toContain('Parsed as');
  });
});
