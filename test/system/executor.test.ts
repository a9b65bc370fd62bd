import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { approvalClaim, claimOnce } from '../../src/app/executor/claims.ts';
import { sealStore } from '../../src/app/executor/sealed-store.ts';
import { openDiskStore } from '../../src/host/index.ts';
import { createExecutorRig, lastOf, PLANNER, plantConf, propose, ROOT, yes } from './executor-rig.ts';
import { createBox } from './steward.ts';

const GOOD = 'port=80\n';
const BROKEN = 'port=80\ncolour=red\n';
const now = (path: string) => readFileSync(path, 'utf8');

describe('the executor', () => {
  it('plans what is asked, and does nothing of it that nobody has approved', async () => {
    const rig = await createExecutorRig();
    const { path, change } = plantConf(rig);
    const [planned] = await rig.ask({ do: 'plan', change, cwd: '/' });
    expect(planned).toMatchObject({
      say: 'planned',
      plan: { effect: 'reversible', steps: [`edit ${path}`] },
      targets: ['shop.service'],
      standing: 'ask',
    });
    const digest = planned?.say === 'planned' ? planned.plan.digest : '';
    const from = { run: crypto.randomUUID(), change: 'X1' };
    const refused = await rig.ask({ do: 'run', change, cwd: '/', digest, from });
    expect(refused).toMatchObject([{ say: 'refused', code: 'needs-approval', reason: 'parked' }]);
    expect(now(path)).toBe(BROKEN);
  });

  it('carries out what another uid approved, tells every step, and keeps a chained log whose head it tells', async () => {
    const rig = await createExecutorRig();
    const { path, change } = plantConf(rig);
    const { approval, digest, from } = await propose(rig, change);
    expect(approval).toMatchObject({ state: 'pending', run: from.run, change: 'X1', by: { uid: PLANNER } });
    rig.be(ROOT);
    const answers = await rig.ask(yes(approval, digest));
    const done = lastOf(answers);
    expect(done).toMatchObject({ say: 'done', outcome: 'fixed', approval: approval.id });
    expect(now(path)).toBe(GOOD);
    const told = answers.flatMap((said) => (said.say === 'event' ? [said.event.type] : []));
    expect(told.at(0)).toBe('run.opened');
    expect(told).toContain('change.ended');
    expect(told.at(-1)).toBe('run.closed');
    const run = done.say === 'done' ? done.run : null;
    const log = now(join(rig.state, 'runs', `${run}.jsonl`)).trimEnd();
    expect(JSON.parse(log.split('\n').at(-1) ?? '').hash).toBe(done.say === 'done' ? done.head : '');
    const after = await rig.ask({ do: 'show', approval: approval.id });
    expect(after[0]).toMatchObject({
      approvals: [{ state: 'done', answer: { kind: 'approve', uid: 0 }, result: { outcome: 'fixed', run } }],
    });
  });

  it('carries out for the planner what was approved to wait for it, and only this very plan', async () => {
    const rig = await createExecutorRig();
    const { path, change } = plantConf(rig);
    const { approval, digest, from } = await propose(rig, change);
    rig.be(ROOT);
    expect(lastOf(await rig.ask(yes(approval, digest, false)))).toMatchObject({ say: 'done', outcome: null });
    expect(now(path)).toBe(BROKEN);
    rig.be(PLANNER);
    const altered = { ...change, apply: [{ kind: 'write' as const, file: path, text: 'port=80\nevil=1\n' }] };
    const other = await rig.ask({ do: 'run', change: altered, cwd: '/', digest: 'e'.repeat(64), from });
    expect(other).toMatchObject([{ say: 'refused', code: 'other-digest' }]);
    // The digest of what was approved with another change beside it: what was approved is what is done.
    const swapped = await rig.ask({ do: 'run', change: altered, cwd: '/', digest, from });
    expect(lastOf(swapped)).toMatchObject({ say: 'done', outcome: 'fixed', approval: approval.id });
    expect(now(path)).toBe(GOOD);
  });

  it('makes the commit that a change asks for, and the record of its end names it', async () => {
    const rig = await createExecutorRig();
    const { path, change } = plantConf(rig);
    const git = (...words: string[]) => execFileSync('git', words, { cwd: rig.folder, encoding: 'utf8' });
    git('init', '-q');
    git('config', 'user.name', 'anna');
    git('config', 'user.email', 'anna@example.org');
    git('add', path);
    git('commit', '-qm', 'as it was');
    const wanted = { ...change, git: { branch: 'steward/conf', message: 'shop: no colour' } };
    const { approval, digest } = await propose(rig, wanted);
    rig.be(ROOT);
    const done = lastOf(await rig.ask(yes(approval, digest)));
    expect(done).toMatchObject({ outcome: 'fixed', message: expect.stringContaining('; committed as ') });
    expect(git('show', 'steward/conf:shop.conf')).toBe(GOOD);
    expect(git('log', '-1', '--format=%s', 'steward/conf')).toBe('shop: no colour\n');
  });

  it('does what was allowed once: the same request again is refused, and tells how the first has ended', async () => {
    const rig = await createExecutorRig();
    const { path, change } = plantConf(rig);
    const { approval, digest, from } = await propose(rig, change);
    rig.be(ROOT);
    await rig.ask(yes(approval, digest, false));
    rig.be(PLANNER);
    const request = { do: 'run' as const, change, cwd: '/', digest, from };
    const first = lastOf(await rig.ask(request));
    expect(first).toMatchObject({ say: 'done', outcome: 'fixed' });
    writeFileSync(path, BROKEN);
    expect(await rig.ask(request)).toMatchObject([{ say: 'refused', code: 'used' }]);
    const anew = { ...request, from: { run: crypto.randomUUID(), change: 'X1' } };
    expect(await rig.ask(anew)).toMatchObject([{ say: 'refused', code: 'needs-approval' }]);
    rig.be(ROOT);
    expect(await rig.ask(yes(approval, digest))).toMatchObject([{ say: 'refused', code: 'used' }]);
    expect(now(path)).toBe(BROKEN);
    rig.be(PLANNER);
    expect(await rig.ask({ do: 'ended', from })).toEqual([{ ...first, approval: null }]);
    expect(await rig.ask({ do: 'ended', from: anew.from })).toMatchObject([{ code: 'not-begun' }]);
  });

  it('lets nobody answer who asked, who has no right, or who has seen another plan', async () => {
    const rig = await createExecutorRig();
    const { path, change } = plantConf(rig);
    const { approval, digest } = await propose(rig, change);
    expect(await rig.ask(yes(approval, digest))).toMatchObject([{ say: 'refused', code: 'no-right' }]);
    rig.be(PLANNER + 1);
    expect(await rig.ask(yes(approval, digest))).toMatchObject([{ say: 'refused', code: 'no-right' }]);
    const no = { do: 'deny' as const, approval: approval.id, digest, comment: null };
    expect(await rig.ask(no)).toMatchObject([{ say: 'refused', code: 'no-right' }]);
    rig.be(ROOT);
    expect(await rig.ask(yes(approval, 'f'.repeat(64)))).toMatchObject([{ code: 'approval-other-digest' }]);
    expect(await rig.ask({ ...no, comment: 'not tonight' })).toMatchObject([
      { approvals: [{ state: 'denied', answer: { comment: 'not tonight' } }] },
      { say: 'done' },
    ]);
    expect(await rig.ask(yes(approval, digest))).toMatchObject([{ code: 'approval-answered' }]);
    expect(now(path)).toBe(BROKEN);
  });

  it('shows every line of the files to whoever may answer, and to nobody who only asks', async () => {
    const rig = await createExecutorRig();
    const { path, change } = plantConf(rig);
    const { approval } = await propose(rig, change);
    const show = { do: 'show' as const, approval: approval.id };
    expect((await rig.ask(show)).map(({ say }) => say)).toEqual(['approvals', 'done']);
    rig.be(ROOT);
    expect((await rig.ask(show))[1]).toEqual({
      say: 'shown',
      isSame: true,
      problem: null,
      diffs: [{ path, diff: '@@ line 1 @@\n port=80\n-colour=red\n ' }],
      proof: [`grep -qx port=80 ${path} → exit 0`],
    });
    writeFileSync(path, GOOD);
    expect((await rig.ask(show))[1]).toMatchObject({
      isSame: false,
      problem: expect.stringContaining('apply[0]'),
    });
  });

  it('finds an approval void when the file has changed since, leaves it alone, and has the new plan wait', async () => {
    const rig = await createExecutorRig();
    const { path, change } = plantConf(rig);
    const { approval, digest } = await propose(rig, change);
    writeFileSync(path, `${BROKEN}# by hand\n`);
    rig.be(ROOT);
    expect(lastOf(await rig.ask(yes(approval, digest)))).toMatchObject({ outcome: 'needs-approval' });
    expect(now(path)).toBe(`${BROKEN}# by hand\n`);
    const [listed] = await rig.ask({ do: 'list' });
    const all = listed?.say === 'approvals' ? listed.approvals : [];
    expect(all.map(({ state }) => state).sort()).toEqual(['pending', 'void']);
    const next = all.find(({ state }) => state === 'pending');
    // Still nobody's own: whoever asked first is who asks.
    expect(next?.by).toEqual(approval.by);
    if (next === undefined) throw new Error('nothing waits');
    expect(lastOf(await rig.ask(yes(next, next.digest)))).toMatchObject({ outcome: 'fixed' });
    expect(now(path)).toBe(`${GOOD}# by hand\n`);
  });

  it('refuses an approval that it did not seal, that was altered, and an old one that was put back', async () => {
    const rig = await createExecutorRig();
    const { path, change } = plantConf(rig);
    const { approval, digest } = await propose(rig, change);
    const file = (id: string) => join(rig.state, 'approvals', `${id}.json`);
    const pending = now(file(approval.id));
    rig.be(ROOT);

    writeFileSync(file('a-forged'), JSON.stringify({ ...approval, id: 'a-forged', state: 'pending' }));
    const forged = await rig.ask({ do: 'approve', approval: 'a-forged', digest, comment: null, run: true });
    expect(forged).toMatchObject([{ say: 'refused', code: 'bad-seal' }]);

    writeFileSync(file(approval.id), pending.replace('shop.service', 'sshd.service'));
    expect(await rig.ask(yes(approval, digest))).toMatchObject([{ say: 'refused', code: 'bad-seal' }]);
    await expect
      .poll(rig.journal, { timeout: 20_000 })
      .toContain(`${approval.id}.json was not sealed by this executor`);

    writeFileSync(file(approval.id), pending);
    expect(lastOf(await rig.ask(yes(approval, digest)))).toMatchObject({ outcome: 'fixed' });
    writeFileSync(path, BROKEN);
    writeFileSync(file(approval.id), pending);
    expect(await rig.ask(yes(approval, digest))).toMatchObject([{ say: 'refused', code: 'used' }]);
    expect(now(path)).toBe(BROKEN);
  });

  it('judges by itself: what policy denies is not even planned, and sudo is not needed', async () => {
    const rig = await createExecutorRig();
    const { change } = plantConf(rig);
    const reading = { ...change, apply: [{ kind: 'run' as const, line: 'cat /etc/shadow' }] };
    const [refused] = await rig.ask({ do: 'plan', change: reading, cwd: '/' });
    expect(refused).toMatchObject({ say: 'refused', code: 'bad-change' });
    expect(JSON.stringify(refused)).toContain('floor:');
    const restart = {
      ...change,
      apply: [{ kind: 'run' as const, line: 'sudo systemctl restart shop.service' }],
    };
    const [planned] = await rig.ask({ do: 'plan', change: restart, cwd: '/' });
    expect(planned).toMatchObject({ plan: { steps: ['systemctl restart shop.service'] } });
  });

  it('takes no settings from the folder of whoever connects', async () => {
    const rig = await createExecutorRig();
    const { change } = plantConf(rig);
    const box = createBox();
    box.write('.steward/steward.yaml', 'executor_autonomy: full\n');
    const [planned] = await rig.ask({ do: 'plan', change, cwd: box.home });
    expect(planned).toMatchObject({ standing: 'ask' });
  });

  it('answers each hostile line, and nothing is left of it', async () => {
    const rig = await createExecutorRig();
    const bad = async (bytes: string | Uint8Array) => {
      const [said] = await rig.raw(bytes);
      return said?.say === 'refused' ? said.code : said?.say;
    };
    expect(await bad('garbage\n')).toBe('bad-request');
    expect(await bad('{"v":1,"do":"exec"}\n')).toBe('bad-request');
    expect(await bad('{"v":7,"do":"list"}\n')).toBe('other-version');
    expect(await bad(Buffer.from([0xc3, 0x28, 0x0a]))).toBe('bad-line');
    expect(await bad(Buffer.alloc(10 * 1024 * 1024, 'x'))).toBe('line-too-long');
    expect(await bad(`${'['.repeat(500_000)}\n`)).toBe('bad-request');
    expect(existsSync(join(rig.state, 'runs'))).toBe(false);
    expect(existsSync(join(rig.state, 'approvals'))).toBe(false);
  });

  it('does not wait for a client that says nothing whole', async () => {
    const rig = await createExecutorRig();
    const { client, ended } = await rig.open();
    client.write('{"v":1');
    expect(await ended).toBe(0);
    await expect.poll(rig.journal, { timeout: 20_000 }).toContain('no whole line came within 10000 ms');
    const gone = await rig.open();
    gone.client.destroy();
    expect(await gone.ended).toBe(0);
  });

  it('finishes a change whose client has left in the middle of it', async () => {
    const rig = await createExecutorRig();
    const { path, change } = plantConf(rig, { forMs: 1_500 });
    const { approval, digest } = await propose(rig, change);
    rig.be(ROOT);
    const { client, ended } = await rig.open();
    const begun = new Promise<void>((resolve) => {
      let text = '';
      client.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.includes('"phase":"apply"')) resolve();
      });
    });
    client.write(`${JSON.stringify({ v: 1, ...yes(approval, digest) })}\n`);
    await begun;
    client.destroy();
    expect(await ended).toBe(0);
    expect(now(path)).toBe(GOOD);
    const [shown] = await rig.ask({ do: 'show', approval: approval.id });
    expect(shown).toMatchObject({ approvals: [{ state: 'done', result: { outcome: 'fixed' } }] });
  });

  it('is recovered after a SIGKILL: the change in its old or new state, and its approval over', async () => {
    const rig = await createExecutorRig();
    const { path, change } = plantConf(rig);
    // It is verified for as long as this is not there.
    const go = join(rig.folder, 'go');
    change.verify = [
      { what: { kind: 'run', line: `ls ${go}` }, expect: 'exit 0', withinMs: 50_000, forMs: 0 },
    ];
    const { approval, digest, from } = await propose(rig, change);
    const other = { ...change, title: 'Another one', targets: [{ unit: 'other.service' }] };
    const waiting = await propose(rig, other, 'X2', from.run);
    rig.be(ROOT);
    await rig.ask(yes(waiting.approval, waiting.digest, false));
    const { client, executor, ended } = await rig.open();
    const verifying = new Promise<void>((resolve) => {
      let text = '';
      client.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.includes('"phase":"verify"')) resolve();
      });
    });
    client.write(`${JSON.stringify({ v: 1, ...yes(approval, digest) })}\n`);
    await verifying;
    executor.kill('SIGKILL');
    await ended;
    writeFileSync(go, '');
    const box = createBox({ STATE_DIRECTORY: rig.state });
    const recovered = await box.run(['executor', '--recover']);
    expect(recovered.stdout).toMatch(/^held /);
    expect(now(path)).toBe(GOOD);
    const [shown] = await rig.ask({ do: 'show', approval: approval.id });
    expect(shown).toMatchObject({ approvals: [{ state: 'done', result: { outcome: 'fixed' } }] });
    // What else was approved for the same run waits for its turn as before.
    const [second] = await rig.ask({ do: 'show', approval: waiting.approval.id });
    expect(second).toMatchObject({ approvals: [{ state: 'approved' }] });
    expect((await box.run(['executor', '--recover'])).stdout).toBe('Nothing was cut off.\n');
  });

  it('ends an approval that was used up by a run which was killed before its first step', async () => {
    const rig = await createExecutorRig();
    const { path, change } = plantConf(rig);
    const { approval, digest } = await propose(rig, change);
    rig.be(ROOT);
    await rig.ask(yes(approval, digest, false));
    const store = sealStore(openDiskStore(rig.state), now(join(rig.state, 'seal.key')).trim(), () => {});
    await claimOnce(store, approvalClaim(approval.id), { run: crypto.randomUUID(), at: Date.now() });
    const box = createBox({ STATE_DIRECTORY: rig.state });
    expect((await box.run(['executor', '--recover'])).code).toBe(0);
    const [shown] = await rig.ask({ do: 'show', approval: approval.id });
    expect(shown).toMatchObject({
      approvals: [
        { state: 'void', result: { message: 'it was cut off before its first step: nothing was done' } },
      ],
    });
    expect(now(path)).toBe(BROKEN);
  });

  it('gathers a probe by its name, and no other command', async () => {
    const rig = await createExecutorRig();
    const [probed] = await rig.ask({ do: 'probe', probe: 'disk' });
    expect(probed).toMatchObject({ say: 'probed', item: { probe: 'disk', status: 'ok' } });
    expect(await rig.ask({ do: 'probe', probe: 'no-such' })).toMatchObject([
      { say: 'refused', code: 'no-probe' },
    ]);
  });

  it('is only what systemd starts', async () => {
    const box = createBox();
    expect((await box.run(['executor'])).code).toBe(2);
    const { code, stderr } = await box.run(['executor', '--peer', '1-2-0']);
    expect(code).toBe(2);
    expect(stderr).toContain('standard input is not a socket');
  });
});
