import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Turn } from '../wire/index.ts';
import { faultyProbe } from './faulty-probe.ts';
import { type Box, createBox, createBoxWithModel, readResult } from './steward.ts';

const WAIT = { timeout: 30_000, interval: 20 };
const look = (command: string): Turn => ({ toolCalls: [{ name: 'Bash', input: { command } }] });

/** A probe whose rule finds each of its lines. */
const FAULTS = faultyProbe("[printf, 'a\\nb\\nc\\nd\\n']");
const GOAL = '---\ndescription: d\nprobes: [faults]\n---\nLook.\n';

function withFaults(box: Box): void {
  box.write('.config/steward/context/faults.yaml', FAULTS);
  box.write('.config/steward/goals/faulty.md', GOAL);
}

describe('money', () => {
  it('stops a run before the request that could pass the limit', async () => {
    const { box, server } = await createBoxWithModel([{ text: 'never' }]);
    const { code, result } = await box.json(['-p', 'x', '--max-budget-usd', '0.0001']);
    expect(server.requests).toEqual([]);
    expect({ code, subtype: result.subtype, cost: result.total_cost_usd, turns: result.num_turns }).toEqual({
      code: 56,
      subtype: 'error_max_budget_usd',
      cost: 0,
      turns: 0,
    });
    expect(result.errors?.join()).toContain('Reached maximum budget ($0.0001)');
  });

  it('that was spent on the way stops it there, with what was spent', async () => {
    const usage = { input: 50_000, output: 10_000 };
    const { box, server } = await createBoxWithModel([{ ...look('uname -s'), usage }, { text: 'never' }]);
    const { code, result } = await box.json(['-p', 'x', '--max-budget-usd', '0.21']);
    expect([code, result.reason, server.requests.length]).toEqual([56, 'usd', 1]);
    expect(result.total_cost_usd).toBeGreaterThan(0);
    expect(result.total_cost_usd).toBeLessThanOrEqual(0.21);
  });

  it("of a day that cannot cover a request leaves a goal's run to the rules, with one message", async () => {
    const { box, server } = await createBoxWithModel([{ text: 'never' }]);
    withFaults(box);
    box.write('.config/steward/steward.yaml', 'budgets: { usd_per_day: 0.0001 }\n');
    const ended = await box.run(['run', 'faulty']);
    expect(server.requests).toEqual([]);
    expect(ended.code).toBe(60);
    expect(ended.stdout).toContain('a is bad');
    expect(`${ended.stdout}${ended.stderr}`.match(/budget of the day does not cover/g)).toHaveLength(1);
  });

  it('of a day that cannot cover a request stops a plain prompt until tomorrow, and says what is left', async () => {
    const { box, server } = await createBoxWithModel([{ text: 'never' }]);
    box.write('.config/steward/steward.yaml', 'budgets: { usd_per_day: 0.0001 }\n');
    const before = Date.now();
    const { code, result } = await box.json(['-p', 'x']);
    expect([code, result.reason, server.requests.length]).toEqual([56, 'usd', 0]);
    expect(result.errors?.join()).toMatch(
      /budget of the day does not cover the next request, which could cost \$\d\.\d{4}: \$0\.0000 of \$0\.0001 spent, \$0\.0001 left/,
    );
    expect(Date.parse(result.error?.resume_at ?? '')).toBeGreaterThan(before);
  });
});

describe('money that cannot be written down', () => {
  it('does not take the answer along', async () => {
    const { box } = await createBoxWithModel([{ text: 'all is well' }]);
    box.write('.local/state/steward/budgets/ledger.json', 'damaged');
    const { code, result, stderr } = await box.json(['-p', 'x']);
    expect([code, result.result, result.num_turns]).toEqual([0, 'all is well', 1]);
    expect(stderr).toContain('what was spent could not be written down');
  });
});

describe('other limits', () => {
  it('of turns count answers of the model', async () => {
    const { box, server } = await createBoxWithModel(({ assistantMessages: n }) => look(`echo ${n}`));
    const { code, result } = await box.json(['-p', 'x', '--max-turns', '3']);
    expect({
      code,
      turns: result.num_turns,
      requests: server.requests.length,
      errors: result.errors,
    }).toEqual({
      code: 53,
      turns: 3,
      requests: 3,
      errors: ['Reached maximum number of turns (3)'],
    });
  });

  it('of time end a command that is running', async () => {
    const { box } = await createBoxWithModel([look('sleep 600')]);
    const { code, result } = await box.json(['-p', 'x', '--max-duration', '2s']);
    expect([code, result.reason]).toEqual([56, 'duration']);
  });

  it('of time may be longer than a timer can wait', async () => {
    const { box } = await createBoxWithModel([{ text: 'done', delayMs: 50 }]);
    expect((await box.json(['-p', 'x', '--max-duration', '30d'])).result.result).toBe('done');
  });

  it('end the same call at its third time', async () => {
    const { box } = await createBoxWithModel(() => look('uname -s'));
    const { code, result } = await box.json(['-p', 'x']);
    expect([code, result.reason]).toEqual([53, 'repeated']);
  });
});

describe('switches', () => {
  it('read every word, or refuse: nobody who wrote `pause 2h` meant for ever', async () => {
    const box = createBox();
    const lines = [
      ['pause', '2h'],
      ['resume', '0a0a0a0a'],
      ['stop', 'a', 'b'],
      ['stop', '--all', 'a'],
      ['undo', 'a', 'b'],
    ];
    for (const words of lines) {
      const { code, stderr } = await box.run(words);
      expect([words, code, stderr]).toEqual([words, 2, expect.stringMatching(/takes no|one run at a time/)]);
    }
  });

  it('work with settings that are broken, which are left out', async () => {
    const box = createBox();
    box.write('.config/steward/steward.yaml', 'model: [a');
    for (const words of [['pause'], ['resume'], ['stop', '--all']]) {
      const { code, stderr } = await box.run(words);
      expect([words, code, stderr]).toEqual([
        words,
        0,
        expect.stringMatching(/left out; the state folder is \//),
      ]);
    }
  });

  it('pause effects of every run until they are resumed', async () => {
    const path = { value: '' };
    const { box } = await createBoxWithModel(({ assistantMessages: n }) =>
      n === 0
        ? { toolCalls: [{ name: 'Write', input: { file_path: path.value, content: 'x\n' } }] }
        : { text: 'over' },
    );
    path.value = join(box.cwd, 'new.txt');
    const rule = ['--allowedTools', `Edit(${box.cwd}/**)`, '--permission-mode', 'acceptEdits'];
    expect((await box.run(['pause', '--for', '2h'])).stdout).toContain('Paused until');
    const paused = await box.json(['-p', 'x', ...rule]);
    expect(paused.result.permission_denials).toHaveLength(1);
    expect((await box.run(['runs', 'show', paused.result.session_id])).stdout).toContain('gate:paused');
    expect((await box.run(['resume'])).stdout).toBe('No longer paused.\n');
    const resumed = await box.run(['runs', 'show', (await box.json(['-p', 'x', ...rule])).result.session_id]);
    expect(resumed.stdout).not.toContain('gate:paused');
  });

  it('stop a run that waits for its model', async () => {
    const { box, server } = await createBoxWithModel([{ fault: 'hang' }]);
    const id = randomUUID();
    const { ended } = box.start(['-p', 'x', '--session-id', id, '--output-format', 'json']);
    await vi.waitFor(() => expect(server.requests).toHaveLength(1), WAIT);
    expect((await box.run(['stop', id.slice(0, 8)])).stdout).toContain(`Run ${id} ends`);
    const end = await ended;
    expect([end.code, readResult(end).reason, readResult(end).session_id]).toEqual([143, 'halted', id]);
  });
});

describe('runs beside each other', () => {
  it('do not disturb each other', async () => {
    const { box } = await createBoxWithModel([look('uname -s'), { text: 'done', delayMs: 300 }]);
    const ended = await Promise.all([1, 2, 3].map(() => box.json(['-p', 'x'])));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(new Set(ended.map(({ result }) => result.session_id)).size).toBe(3);
    for (const { result } of ended) {
      expect((await box.run(['runs', 'verify', result.session_id])).code).toBe(0);
    }
  });

  it('do not work on the same run', async () => {
    const { box, server } = await createBoxWithModel([{ fault: 'hang' }]);
    const id = randomUUID();
    const { child, ended } = box.start(['-p', 'x', '--session-id', id]);
    await vi.waitFor(() => expect(server.requests).toHaveLength(1), WAIT);
    const second = await box.json(['-p', 'y', '-r', id]);
    expect([second.code, second.result.reason]).toEqual([1, 'busy']);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
  });

  it('mute findings without losing a mute', async () => {
    const box = createBox();
    withFaults(box);
    expect((await box.run(['run', 'faulty'])).code).toBe(60);
    const keys = ['bad:a', 'bad:b', 'bad:c', 'bad:d'];
    // The next report may call something else F1.
    const byNumber = await box.run(['findings', 'mute', 'F1', '--for', '2d']);
    expect(byNumber.code).toBe(42);
    expect(byNumber.stderr).toMatch(/F1 is a number within one report\. Standing: (bad:[a-z](, )?)+\n/);
    const muted = await Promise.all(keys.map((key) => box.run(['findings', 'mute', key, '--for', '2d'])));
    expect(muted.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const listed = JSON.parse((await box.run(['findings', 'list', '--json'])).stdout) as {
      key: string;
      mutedUntil: number | null;
    }[];
    expect(
      listed
        .filter(({ mutedUntil }) => mutedUntil !== null)
        .map(({ key }) => key)
        .sort(),
    ).toEqual(keys);
  });
});

describe('going on with a run', () => {
  it('keeps its id, begins its stream with init, and sends what was said before', async () => {
    const { box, server } = await createBoxWithModel([{ text: 'one' }, { text: 'two' }]);
    const first = await box.json(['-p', 'first question']);
    const id = first.result.session_id;
    const { stdout, code } = await box.run(['-p', 'second question', '-c', '--output-format', 'stream-json']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toContain('"subtype":"init"');
    expect(readResult({ stdout, code, stderr: '' })).toMatchObject({ session_id: id, result: 'two' });
    expect(JSON.stringify(server.requests[1]?.body.messages)).toContain('first question');
    expect(server.requests[1]?.lastText).toContain('second question');
    const byId = await box.json(['-p', 'third', '-r', id.slice(0, 8)]);
    expect(byId.result.session_id).toBe(id);
  });

  it('takes a prompt when the run has ended: else exit 42', async () => {
    const { box } = await createBoxWithModel([{ text: 'one' }]);
    const { result } = await box.json(['-p', 'x']);
    const again = await box.json(['-p', '-r', result.session_id]);
    expect([again.code, again.result.reason]).toEqual([42, 'input']);
    expect(again.stderr).toContain('add a prompt to go on with it');
  });

  it('takes an id that names one run: else exit 42', async () => {
    const { box } = await createBoxWithModel(() => ({ text: 'one' }));
    for (const last of ['1', '2']) {
      const id = `abcdabcd-0000-4000-8000-00000000000${last}`;
      expect((await box.json(['-p', 'x', '--session-id', id])).result.session_id).toBe(id);
    }
    const again = await box.json(['-p', 'x', '-r', 'abcd']);
    expect([again.code, again.result.reason]).toEqual([42, 'input']);
    expect(again.stderr).toContain('abcdabcd-0000-4000-8000-000000000001');
  });

  it('does not happen under the id of a new run', async () => {
    const { box } = await createBoxWithModel(() => ({ text: 'one' }));
    const id = randomUUID();
    expect((await box.run(['-p', 'x', '--session-id', id])).code).toBe(0);
    const again = await box.json(['-p', 'y', '--session-id', id]);
    expect([again.code, again.result.reason]).toEqual([42, 'input']);
    expect(again.stderr).toContain(id);
    expect((await box.run(['runs', 'verify', id])).code).toBe(0);
  });

  it('finds a log that was changed behind its back', async () => {
    const { box } = await createBoxWithModel(() => ({ text: 'one' }));
    const { result } = await box.json(['-p', 'x']);
    const log = join(box.home, '.local/state/steward/runs', `${result.session_id}.jsonl`);
    writeFileSync(log, readFileSync(log, 'utf8').replace('"prompt":"x"', '"prompt":"y"'));
    const verified = await box.run(['runs', 'verify', result.session_id]);
    expect([verified.code, verified.stdout]).toEqual([1, expect.stringContaining('does not hold')]);
  });
});
