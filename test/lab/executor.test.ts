import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutorAnswer, ExecutorRequest } from '../../src/protocol/executor.ts';
import {
  asChange,
  BROKEN,
  CONF,
  CONTINUE_UNITS,
  GOOD,
  mendWith,
  type Scene,
  SOCKET,
  STATE,
  setScene,
  UNITS,
} from './executor-scene.ts';
import { until } from './host.ts';
import { bootLab, type Lab, STEWARD } from './lab.ts';
import { type LabModel, startLabModel, toolResults } from './model.ts';
import { readResult } from './result.ts';

let lab: Lab;
let scene: Scene;
let models: Record<'mends' | 'misses' | 'goesOn', LabModel>;

beforeAll(async () => {
  lab = await bootLab('executor');
  scene = await setScene(lab);
  await scene.settle('');
  models = {
    mends: await startModel('mends', mendWith('')),
    misses: await startModel('misses', mendWith('colour=blue\n', '1s')),
    goesOn: await startModel('goes-on', mendWith('')),
  };
});
afterAll(() => lab?.down());

/** Looks at the fault, asks for the change, and reports. */
function startModel(name: string, change: object): Promise<LabModel> {
  const report = {
    outcome: 'fixed',
    summary: 'The shop does not start: it does not know one of its settings, see P1 and C1.',
    findings: [{ text: 'unknown setting: colour', severity: 'critical', evidence: ['P1', 'C1'] }],
  };
  const again = {
    ...report,
    summary: 'The shop is open again, see X1.',
    actions: [{ text: 'the unknown setting was taken out', evidence: ['X1'] }],
  };
  return startLabModel(lab, name, {
    dialect: 'anthropic',
    script: [
      { toolCalls: [{ name: 'Bash', input: { command: `cat ${CONF}` } }] },
      { toolCalls: [{ name: 'Change', input: change }] },
      { toolCalls: [{ name: 'Report', input: report }] },
      { text: 'Reported.' },
      // Asked again once somebody has answered.
      { toolCalls: [{ name: 'Report', input: again }] },
      { text: 'Reported again.' },
    ],
  });
}

/** Of the planner, as its units have it. */
const HOME = '/var/lib/steward';

/** A goal's run of the planner, under its own user, with a fresh memory of findings. */
async function planner(model: LabModel, ...more: string[]) {
  await lab.must(['find', HOME, '-mindepth', '1', '-delete']);
  await scene.settle(model.settings + more.join(''));
  const env = { ANTHROPIC_API_KEY: 'key-of-the-lab', STEWARD_STATE_DIR: HOME };
  const { code, stdout, stderr } = await scene.steward(
    'steward',
    ['run', 'shop', '--output-format', 'json'],
    env,
  );
  expect(stdout, stderr).toMatch(/^\{/);
  const result = readResult(stdout) as ReturnType<typeof readResult> & { changes: { end: string | null }[] };
  const events = await eventsOf(result.session_id);
  return { code, result, events, told: toolResults(model.requests().at(-1)) };
}

async function eventsOf(run: string) {
  const log = await lab.must(['cat', `${HOME}/runs/${run}.jsonl`]);
  // The last line may be on its way.
  return log
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { event: { type: string } & Record<string, unknown> }).event);
}

/** What the run's second sitting wrote, once it is over. */
function secondSitting(run: string) {
  return until('the run that asked goes on, and ends', async () => {
    const events = await eventsOf(run);
    const closed = events.flatMap(({ type }, index) => (type === 'run.closed' ? [index] : []));
    return closed.length < 2 ? undefined : events.slice((closed[0] ?? 0) + 1);
  });
}

/** The id of what waits at the executor. */
async function waiting(): Promise<string> {
  const [first] = (await scene.approvals('anna')).filter(({ at }) => at === 'executor');
  if (first === undefined) throw new Error('nothing waits at the executor');
  return first.id;
}

async function approve(user: string, id: string) {
  const { code, stdout, stderr } = await scene.steward(user, [
    'approvals',
    'approve',
    id,
    '--output-format',
    'json',
  ]);
  return { code, stderr, result: JSON.parse(stdout || '{}') as Record<string, unknown> };
}

const send = async (user: string, request: ExecutorRequest): Promise<ExecutorAnswer[]> =>
  (await scene.raw(user, `${JSON.stringify({ v: 1, ...request })}\n`)).answers;

/** Planned and left for somebody by hand, as the planner. */
async function propose(text: string, { isSlow = false } = {}) {
  const change = asChange(text);
  if (isSlow) change.apply.splice(1, 0, { kind: 'run', line: 'sleep 50' });
  const [planned] = await send('steward', { do: 'plan', change, cwd: '/' });
  if (planned?.say !== 'planned') throw new Error(`not planned: ${JSON.stringify(planned)}`);
  const { digest } = planned.plan;
  const from = { run: crypto.randomUUID(), change: 'X1' };
  const [parked] = await send('steward', { do: 'propose', change, cwd: '/', digest, from });
  const approval = parked?.say === 'approvals' ? parked.approvals[0] : undefined;
  if (approval === undefined) throw new Error(`not parked: ${JSON.stringify(parked)}`);
  const yes: ExecutorRequest = { do: 'approve', approval: approval.id, digest, comment: null, run: true };
  return { change, digest, from, approval, yes };
}

describe('the units', () => {
  it('are clean for systemd, and open the socket to root and the group only', async () => {
    const paths = [...UNITS, ...CONTINUE_UNITS].map((unit) =>
      `/etc/systemd/system/${unit}`.replace('@.', '@1-2-3.'),
    );
    const verified = await lab.run([
      'systemd-analyze',
      'verify',
      '--man=no',
      ...paths.map((p) => p.replace('@1-2-3.', '@.')),
    ]);
    expect(verified.stdout + verified.stderr).toBe('');
    expect(await lab.must(['stat', '-c', '%a %U %G', SOCKET])).toBe('660 root steward\n');
    expect((await scene.raw('carl', '{"v":1,"do":"list"}\n')).said).toContain('EACCES');
    await send('bob', { do: 'list' });
    expect(await lab.must(['stat', '-c', '%a %U', STATE, `${STATE}/seal.key`])).toBe('700 root\n600 root\n');
    expect((await scene.as('steward', ['cat', `${STATE}/seal.key`])).code).not.toBe(0);
  });
});

describe('a planner under its own user', () => {
  it('finds the fault, proposes, and reports; somebody else approves, and the executor mends and proves it', async () => {
    await scene.begin(BROKEN);
    const { code, result, events, told } = await planner(models.mends);
    expect({ code, outcome: result.outcome }).toEqual({ code: 77, outcome: 'needs-approval' });
    expect(await scene.conf()).toBe(BROKEN);
    expect(told.join('\n')).toContain('It waits at the executor as a-');
    const of = (type: string) => events.find((event) => event.type === type);
    expect(of('executor.asked')).toMatchObject({ change: 'X1', request: 'propose', socket: SOCKET });
    const id = await waiting();
    expect(of('executor.answered')).toMatchObject({ approval: id, problem: null });
    expect(of('change.parked')).toMatchObject({ approval: id });

    const listed = await scene.steward('anna', ['approvals', 'list']);
    expect(listed.stdout).toContain(`${id}  executor  pending`);
    const doctor = await scene.steward('anna', ['doctor']);
    expect(doctor.stdout).toContain(`Executor        ${SOCKET} (1 waiting for an answer)`);
    expect((await scene.steward('carl', ['doctor'])).stdout).toContain('cannot be connected to (EACCES)');
    const unasked = await scene.steward('carl', ['approvals', 'list']);
    expect(unasked.stdout).toBe(
      'Nothing waits for an answer here; what waits at the executor is not known.\n',
    );
    const shown = await scene.steward('anna', ['approvals', 'show', id]);
    expect(shown.stdout).toContain('Asked for by steward, who cannot answer it');
    expect(shown.stdout).toContain(`${CONF}\n@@ line 1 @@\n port=80\n-colour=red`);
    expect((await scene.steward('bob', ['approvals', 'show', id])).stdout).not.toContain('-colour=red');
    for (const user of ['steward', 'bob']) {
      const refused = await scene.steward(user, ['approvals', 'approve', id]);
      expect([user, refused.code]).toEqual([user, 42]);
    }
    expect(await scene.conf()).toBe(BROKEN);

    const approved = await approve('anna', id);
    expect({ code: approved.code, outcome: approved.result.outcome }, approved.stderr).toEqual({
      code: 0,
      outcome: 'fixed',
    });
    expect(await scene.conf()).toBe(GOOD);
    expect(await scene.active()).toBe('active');
    const after = await scene.steward('anna', ['approvals', 'show', id, '--json']);
    expect(JSON.parse(after.stdout)).toMatchObject({
      state: 'done',
      by: { user: 'steward' },
      answer: { kind: 'approve', by: 'anna' },
      result: { outcome: 'fixed' },
    });
    expect((await planner(models.mends)).result.outcome).toBe('healthy');
  });

  it('has it rolled back and proved when it does not hold: 58 for whoever approved it', async () => {
    await scene.begin(BROKEN);
    expect((await planner(models.misses)).code).toBe(77);
    const { code, result } = await approve('anna', await waiting());
    expect(code).toBe(58);
    expect(result.changes).toMatchObject([{ end: 'rolled-back', rollback_verified: true }]);
    expect(await scene.conf()).toBe(BROKEN);
    await expect.poll(scene.active, { timeout: 20_000 }).toBe('failed');
  });

  it('has a service brought back that a change made worse', async () => {
    await scene.begin(`${GOOD}# mended by hand\n`);
    const { approval } = await propose(BROKEN);
    const { code, result } = await approve('anna', approval.id);
    expect(code).toBe(58);
    expect(result.changes).toMatchObject([{ end: 'rolled-back', rollback_verified: true }]);
    expect(await scene.conf()).toBe(`${GOOD}# mended by hand\n`);
    expect(await scene.active()).toBe('active');
  });

  it('is asked again when the file has changed since: the first yes is void and does nothing', async () => {
    await scene.begin(BROKEN);
    await planner(models.mends);
    const first = await waiting();
    await lab.write(CONF, `${BROKEN}# by hand\n`);
    const voided = await approve('anna', first);
    expect(voided.code).toBe(77);
    expect(await scene.conf()).toBe(`${BROKEN}# by hand\n`);
    expect((await approve('anna', first)).stderr).toContain('is void');
    const second = await waiting();
    expect(second).not.toBe(first);
    expect((await approve('anna', second)).result.outcome).toBe('fixed');
    expect(await scene.conf()).toBe(`${GOOD}# by hand\n`);
  });

  it('has it done at once where settings of root reach so far, and cites the log of the executor', async () => {
    await scene.begin(BROKEN);
    const { code, result, events } = await planner(models.mends, 'autonomy: full\nexecutor_autonomy: full\n');
    expect(result.changes).toMatchObject([{ end: 'held' }]);
    expect({ code, outcome: result.outcome }).toEqual({ code: 0, outcome: 'fixed' });
    const answered = events.find(({ type }) => type === 'executor.answered');
    const { run, head } = answered as unknown as { run: string; head: string };
    const log = (await lab.must(['cat', `${STATE}/runs/${run}.jsonl`])).trimEnd().split('\n');
    expect((JSON.parse(log.at(-1) ?? '') as { hash: string }).hash).toBe(head);
    const verified = await lab.run([STEWARD, 'runs', 'verify', run, '--head', head], {
      env: { STEWARD_STATE_DIR: STATE },
    });
    expect(verified.code, verified.stderr).toBe(0);
    expect(await scene.active()).toBe('active');
    // As far as that reaches: who may do what is for people.
    const power = {
      ...asChange(''),
      apply: [{ kind: 'run' as const, line: 'usermod -aG steward-approvers bob' }],
    };
    const [planned] = await send('steward', { do: 'plan', change: power, cwd: '/' });
    expect(planned).toMatchObject({
      standing: 'ask',
      why: expect.stringContaining('usermod changes who may do what'),
    });
    const digest = planned?.say === 'planned' ? planned.plan.digest : '';
    const from = { run: crypto.randomUUID(), change: 'X1' };
    const refused = await send('steward', { do: 'run', change: power, cwd: '/', digest, from });
    expect(refused).toMatchObject([{ say: 'refused', code: 'needs-approval' }]);
  });

  it('learns how it ended when the executor was killed under it: the recovery of the executor says so', async () => {
    await scene.begin(BROKEN);
    await lab.must(['touch', '/run/before']);
    const running = planner(models.mends, 'autonomy: full\nexecutor_autonomy: full\n');
    const verifying = `find ${STATE}/runs -newer /run/before -exec grep -l '"phase":"verify"' {} + | grep -q .`;
    await lab.must(['timeout', '60', 'sh', '-c', `until ${verifying}; do sleep 0.02; done`]);
    await lab.must(['systemctl', 'kill', '--signal=KILL', 'steward-executor@*.service']);
    const { code, result, events } = await running;
    expect(result.changes).toMatchObject([{ end: 'held' }]);
    expect({ code, outcome: result.outcome }).toEqual({ code: 0, outcome: 'fixed' });
    expect(events.find(({ type }) => type === 'executor.answered')).toMatchObject({ problem: null });
    expect(await scene.conf()).toBe(GOOD);
    expect(await scene.active()).toBe('active');
  });

  it('is carried as far as an operator at the command line: what needs root goes to the executor, --yes or not', async () => {
    await scene.begin(BROKEN);
    await scene.settle('');
    const file = '/var/lib/steward/change.yaml';
    await lab.write(file, JSON.stringify(mendWith('')));
    // Also what it may not even read: then the executor plans it.
    await lab.must(['chmod', '600', CONF]);
    const args = ['change', 'run', file, '--yes', '--output-format', 'json'];
    const { code, stdout } = await scene.steward('steward', args);
    expect(code, stdout).toBe(77);
    expect(stdout).toContain('it waits at the executor as a-');
    expect(await scene.conf()).toBe(BROKEN);
    const denied = await scene.steward('anna', [
      'approvals',
      'deny',
      await waiting(),
      '--comment',
      'not now',
    ]);
    expect(denied.code).toBe(0);
  });
});

describe('a run whose change was approved at the executor', () => {
  beforeAll(async () => {
    await lab.must(['systemctl', 'enable', '--now', 'steward-continue.path']);
  });
  afterAll(() => lab.run(['systemctl', 'disable', '--now', 'steward-continue.path']));

  it('goes on in a fresh process: looks anew, has it done, shows the model what is another, and proves it', async () => {
    await scene.begin(BROKEN);
    const first = await planner(models.goesOn);
    expect(first.code).toBe(77);
    const asked = models.goesOn.requests().length;
    const approved = await approve('anna', await waiting());
    expect({ code: approved.code, outcome: approved.result.outcome }, approved.stderr).toEqual({
      code: 0,
      outcome: 'fixed',
    });
    expect(approved.result.changes).toMatchObject([{ end: 'held' }]);
    const events = await secondSitting(first.result.session_id);
    const types = events.map(({ type }) => type);
    expect(types.indexOf('snapshot.taken')).toBeLessThan(types.indexOf('executor.asked'));
    expect(events.find(({ type }) => type === 'executor.asked')).toMatchObject({ request: 'take' });
    expect(events.find(({ type }) => type === 'change.ended')).toMatchObject({ change: 'X1', end: 'held' });
    expect(events.at(-1)).toMatchObject({ outcome: 'fixed' });
    const answered = events.find(({ type }) => type === 'executor.answered') as unknown as { run: string };
    expect(answered.run).toBe(approved.result.session_id);
    const again = JSON.stringify(models.goesOn.requests()[asked]?.body);
    expect(again).toContain('was approved by anna');
    expect(again).toContain('What came of the change for which a person was asked');
    const unit = ['-u', 'steward-continue.service'];
    await until('the unit is done', async () =>
      (await lab.run(['systemctl', 'is-active', 'steward-continue.service'])).stdout === 'inactive\n'
        ? true
        : undefined,
    );
    await lab.must(['journalctl', '--sync']);
    const journal = await lab.must(['journalctl', '--no-pager', '-o', 'cat', ...unit]);
    expect(journal).toContain('The shop is open again, see X1.');
  });

  it('withdraws it and does nothing when the fault is gone by then', async () => {
    await scene.begin(BROKEN);
    const first = await planner(models.mends);
    expect(first.code).toBe(77);
    await scene.begin(`${GOOD}# mended by hand\n`);
    const id = await waiting();
    const approved = await approve('anna', id);
    expect(approved.code, approved.stderr).toBe(0);
    expect(JSON.stringify(approved.result)).toContain('the fault is gone');
    expect(await scene.conf()).toBe(`${GOOD}# mended by hand\n`);
    const events = await secondSitting(first.result.session_id);
    expect(events.some(({ type }) => type === 'executor.asked')).toBe(false);
    expect(events.find(({ type }) => type === 'change.ended')).toMatchObject({ end: 'refused' });
    expect(events.at(-1)).toMatchObject({ outcome: 'healthy' });
    const shown = await scene.steward('anna', ['approvals', 'show', id, '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ state: 'void', answer: { by: 'anna' } });
  });

  it('learns at the next start what the executor did while nobody was there to go on', async () => {
    await lab.must(['systemctl', 'stop', 'steward-continue.path']);
    await scene.begin(BROKEN);
    const first = await planner(models.mends);
    expect((await approve('anna', await waiting())).result.outcome).toBe('fixed');
    expect((await eventsOf(first.result.session_id)).at(-1)).toMatchObject({ type: 'run.closed' });
    const before = (await eventsOf(first.result.session_id)).length;
    // Somebody still works on it: it is waited for.
    const lock = `${HOME}/runs/${first.result.session_id}.lock`;
    const script = `const { DatabaseSync } = require('node:sqlite'); const db = new DatabaseSync('${lock}');
db.exec('BEGIN EXCLUSIVE'); console.log('held'); setTimeout(() => db.close(), 2500)`;
    await lab.write('/tmp/hold.cjs', script);
    const holding = lab.run([
      'sh',
      '-c',
      '/opt/steward/node_modules/.bin/node /tmp/hold.cjs >/tmp/held 2>&1',
    ]);
    await until('the log is held', async () =>
      (await lab.run(['cat', '/tmp/held'])).stdout.includes('held') ? true : undefined,
    );
    await lab.must(['systemctl', 'start', 'steward-continue.service']);
    await holding;
    const events = (await eventsOf(first.result.session_id)).slice(before);
    expect(events.find(({ type }) => type === 'change.ended')).toMatchObject({ change: 'X1', end: 'held' });
    expect(events.at(-1)).toMatchObject({ type: 'run.closed', outcome: 'fixed' });
    // Once: the next start finds nothing more to do.
    await lab.must(['systemctl', 'start', 'steward-continue.service']);
    expect((await eventsOf(first.result.session_id)).length).toBe(before + events.length);
  });
});

describe('a hostile client', () => {
  it('gets nowhere with a forged, a replayed and an altered request', async () => {
    await scene.begin(GOOD);
    await scene.settle('');
    const { approval, change, digest, from, yes } = await propose(`${GOOD}owner=anna\n`);
    // Forged: nobody sealed it.
    await lab.write(
      `${STATE}/approvals/a-forged.json`,
      JSON.stringify({ ...approval, id: 'a-forged', by: undefined }),
    );
    const forged = await send('anna', { ...yes, approval: 'a-forged' } as ExecutorRequest);
    expect(forged).toMatchObject([{ say: 'refused', code: 'bad-seal' }]);
    // Whoever asked, with somebody else's words.
    expect(await send('steward', yes)).toMatchObject([{ say: 'refused', code: 'no-right' }]);
    expect(await send('bob', yes)).toMatchObject([{ say: 'refused', code: 'no-right' }]);
    // Altered: the digest of one, the text of another; nothing of either was approved.
    const altered = asChange('port=80\ncolour=red\n');
    const run = { do: 'run' as const, change: altered, cwd: '/', digest, from };
    expect(await send('steward', run)).toMatchObject([{ say: 'refused', code: 'other-digest' }]);
    expect(await scene.conf()).toBe(GOOD);
    expect((await send('anna', yes)).at(-1)).toMatchObject({ say: 'done', outcome: 'fixed' });
    expect(await scene.conf()).toBe(`${GOOD}owner=anna\n`);
    // Replayed: by whoever approved, and by the planner.
    await scene.begin(GOOD);
    expect(await send('anna', yes)).toMatchObject([{ say: 'refused', code: 'used' }]);
    expect(await send('steward', { ...run, change })).toMatchObject([{ say: 'refused', code: 'used' }]);
    expect(await scene.conf()).toBe(GOOD);
  });

  it('is told what is wrong with garbage and 10 MB in a line, and the next one is served', async () => {
    expect((await scene.raw('bob', 'garbage\n')).answers).toMatchObject([{ code: 'bad-request' }]);
    const [long] = (await scene.raw('bob', `${'x'.repeat(10_000_000)}\n`)).answers;
    expect(long).toMatchObject({ say: 'refused', code: 'line-too-long' });
    expect((await send('bob', { do: 'list' })).at(-1)).toMatchObject({ say: 'done' });
  });

  it('may leave in the middle: the change ends in its new state, and the approval with it', async () => {
    await scene.begin(GOOD);
    const { yes, approval } = await propose(`${GOOD}owner=bert\n`);
    const node = '/opt/steward/node_modules/.bin/node';
    const input = `${JSON.stringify({ v: 1, ...yes })}\n`;
    await scene.as('anna', [node, '/opt/share/client.mjs', SOCKET, '"phase":"apply"'], { input });
    const done = await until('the executor finishes', async () => {
      const [shown] = await send('bob', { do: 'show', approval: approval.id });
      const state = shown?.say === 'approvals' ? shown.approvals[0] : undefined;
      return state?.state === 'done' ? state : undefined;
    });
    expect(done.result?.outcome).toBe('fixed');
    expect(await scene.conf()).toBe(`${GOOD}owner=bert\n`);
    expect(await scene.active()).toBe('active');
  });

  it('cannot have the executor read settings or probes that others than root could have written', async () => {
    await lab.must(['chmod', 'g+w', '/etc/steward/steward.yaml']);
    expect(await send('bob', { do: 'list' })).toMatchObject([{ say: 'refused', code: 'not-roots' }]);
    await lab.must(['chmod', 'g-w', '/etc/steward/steward.yaml']);
    await lab.must(['chown', 'steward', '/etc/steward/context/shop.yaml']);
    expect(await send('bob', { do: 'probe', probe: 'shop' })).toMatchObject([{ code: 'not-roots' }]);
    await lab.must(['chown', 'root', '/etc/steward/context/shop.yaml']);
    expect((await send('bob', { do: 'list' })).at(-1)).toMatchObject({ say: 'done' });
  });
});

describe('the executor', () => {
  it("gathers a probe of root's by its name, with root's rights", async () => {
    const [probed] = await send('steward', { do: 'probe', probe: 'private' });
    expect(probed).toMatchObject({
      say: 'probed',
      item: { probe: 'private', status: 'ok', facts: { last: ['only root reads this'] } },
    });
    expect((await scene.as('steward', ['cat', '/var/log/shop-private.log'])).code).not.toBe(0);
  });

  it('answers for probes that only root may take, in the snapshot of a planner', async () => {
    await scene.settle('');
    const env = { STEWARD_STATE_DIR: HOME };
    const look = async () => {
      const { stdout } = await scene.steward('steward', ['run', 'private', '--output-format', 'json'], env);
      const events = await eventsOf(readResult(stdout).session_id);
      const taken = events.find(({ type }) => type === 'snapshot.taken');
      return (taken as unknown as { items: object[] }).items;
    };
    expect(await look()).toMatchObject([
      {
        probe: 'private',
        status: 'ok',
        text: 'only root reads this\n',
        command: 'cat /var/log/shop-private.log (by the executor)',
        change: 'new',
      },
    ]);
    expect(await look()).toMatchObject([{ status: 'ok', change: 'same' }]);
    const doctor = await scene.steward('steward', ['context', 'doctor'], env);
    expect(doctor.stdout).toContain('\nOnly root may ask these, so the executor does\n  private\n');
    await lab.must(['systemctl', 'stop', 'steward-executor.socket']);
    expect(await look()).toMatchObject([{ status: 'not-configured', reason: 'only root may ask this' }]);
    await lab.must(['systemctl', 'start', 'steward-executor.socket']);
  });

  it('removes its own old logs, and what was used up long ago, as settings say', async () => {
    await scene.settle('retention: { days: 1, keep: 1 }\n');
    await scene.begin(GOOD);
    const old = (await lab.must(['ls', `${STATE}/runs`]))
      .split('\n')
      .filter((name) => name.endsWith('.jsonl'));
    expect(old.length).toBeGreaterThan(1);
    await lab.must(['sh', '-c', `touch -d '3 days ago' ${STATE}/runs/* ${STATE}/used/*`]);
    const { approval } = await propose(`${GOOD}owner=dora\n`);
    expect((await approve('anna', approval.id)).result.outcome).toBe('fixed');
    const logs = (await lab.must(['ls', `${STATE}/runs`]))
      .split('\n')
      .filter((name) => name.endsWith('.jsonl'));
    expect(logs).toHaveLength(1);
    const used = (await lab.must(['ls', `${STATE}/used`]))
      .split('\n')
      .filter((name) => name.endsWith('.json'));
    expect(used.sort()).toEqual([`${approval.id}.json`, expect.stringMatching(/^request-/)]);
    await scene.settle('');
  });

  it('is killed in the middle: a unit of its own brings the change to one state, and the approval ends', async () => {
    for (const phase of ['keep', 'apply'] as const) {
      await scene.begin(GOOD);
      const wanted = `${GOOD}owner=${phase}\n`;
      // Written, and then it takes its time: it is killed when half of it is done.
      const { yes, approval } = await propose(wanted, { isSlow: phase === 'apply' });
      const node = '/opt/steward/node_modules/.bin/node';
      const input = `${JSON.stringify({ v: 1, ...yes })}\n`;
      const leave = `"change":"X1","target":0,"phase":"${phase}","index":${phase === 'apply' ? 1 : 0}`;
      await scene.as('anna', [node, '/opt/share/client.mjs', SOCKET, leave], { input });
      await lab.run(['systemctl', 'kill', '--signal=KILL', 'steward-executor@*.service']);
      const over = await until(`the approval ends after a kill in ${phase}`, async () => {
        const [shown] = await send('bob', { do: 'show', approval: approval.id });
        const found = shown?.say === 'approvals' ? shown.approvals[0] : undefined;
        return found?.state === 'done' ? found.result : undefined;
      });
      const conf = await scene.conf();
      expect([GOOD, wanted], `${phase}: ${JSON.stringify(over)}`).toContain(conf);
      expect(over?.outcome === 'fixed', phase).toBe(conf === wanted);
      expect(await scene.active()).toBe('active');
      if (phase !== 'apply') continue;
      expect([conf, over?.outcome]).toEqual([GOOD, 'escalated']);
      expect(over?.message).toContain('it was rolled back, and the old state was verified');
    }
    const unit = ['-u', 'steward-executor-recover.service'];
    await lab.must(['journalctl', '--sync']);
    const journal = await lab.must(['journalctl', '--no-pager', '-o', 'cat', ...unit]);
    expect(journal).toMatch(/^rolled-back run [0-9a-f]{8} "Write the settings anew"/m);
  });
});
