import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Approval } from '../../src/protocol/approval.ts';
import { createExecutorRig, plantConf, propose, ROOT } from './executor-rig.ts';
import { enrollPhone, hiddenFields, sendForm, untilState } from './phone.ts';
import { startServing } from './serving.ts';
import { createBox } from './steward.ts';

const CHANGE = `title: Serve on 8080
targets: [app.service]
apply:
  - edit: { file: app.json, find: '80', replace: '8080' }
verify:
  - run: grep -q 8080 app.json
    for: 0s
`;

/** A change that waits for an answer. */
async function waiting(env: Record<string, string> = {}) {
  const box = createBox(env);
  writeFileSync(join(box.cwd, 'app.json'), '{"port": 80}\n');
  writeFileSync(join(box.cwd, 'change.yaml'), CHANGE);
  await box.run(['change', 'run', 'change.yaml']);
  const { stdout } = await box.run(['approvals', 'list', '--json']);
  const [approval] = (JSON.parse(stdout) as { approvals: Approval[] }).approvals;
  if (approval === undefined) throw new Error(`nothing waits: ${stdout}`);
  return { box, id: approval.id, app: () => readFileSync(join(box.cwd, 'app.json'), 'utf8') };
}

describe('a page of steward serve', () => {
  it('carries out what an enrolled phone approves, as the command does, and needs no intake token', async () => {
    const { box, id, app } = await waiting({ STEWARD_INTAKE_TOKEN: 'a-token-of-ours' });
    const serving = await startServing(box, ['--no-runs']);
    expect((await fetch(`${serving.url}/approvals`)).status).toBe(403);
    expect((await serving.post('/alertmanager/main', '{}')).status).toBe(401);
    const cookie = await enrollPhone(box, serving, 'kitchen');
    const path = `/approvals/${id}`;
    const form = await hiddenFields(serving, path, cookie);
    const sent = await sendForm(serving, path, { ...form, decision: 'approve', comment: 'go on' }, cookie);
    expect(sent.status).toBe(303);
    const { answer, result } = await untilState(box, id, 'done');
    expect(answer).toMatchObject({ kind: 'approve', by: 'phone:kitchen', comment: 'go on' });
    expect([result?.outcome, app()]).toEqual(['fixed', '{"port": 8080}\n']);
    const after = await (await fetch(serving.url + path, { headers: { cookie } })).text();
    expect(after).toContain('<strong>Approved</strong> by <strong>phone:kitchen</strong>');
    const run = await (await fetch(`${serving.url}/runs/${result?.run}`, { headers: { cookie } })).text();
    expect(run).toContain('X1: held');
    const late = await box.run(['approvals', 'deny', id]);
    expect(late.stderr).toContain('was answered already by phone:kitchen');
  });

  it('takes up after a restart what was approved and not begun, once', async () => {
    const { box, id, app } = await waiting();
    // As a serve leaves it that is killed between the answer and what it begins.
    const folder = join(box.home, '.local/state/steward');
    const file = join(folder, 'approvals', `${id}.json`);
    const approval = JSON.parse(readFileSync(file, 'utf8')) as Approval;
    const answer = {
      kind: 'approve',
      by: 'phone:kitchen',
      uid: 0,
      at: Date.now(),
      comment: null,
      digest: approval.digest,
    };
    writeFileSync(file, JSON.stringify({ ...approval, state: 'approved', answer }));
    const nothingNoted = await box.run(['pages', 'carry', id]);
    expect([nothingNoted.code, nothingNoted.stderr]).toEqual([
      42,
      expect.stringContaining('does not wait to be begun'),
    ]);
    box.write(`.local/state/steward/pages/approved/${id}.json`, '1\n');
    await startServing(box, ['--no-runs']);
    const done = await untilState(box, id, 'done');
    expect([done.result?.outcome, app()]).toEqual(['fixed', '{"port": 8080}\n']);
    expect((await box.run(['pages', 'carry', id])).code).toBe(42);
    expect(readdirSync(join(folder, 'pages/approved')).filter((name) => name.endsWith('.json'))).toEqual([]);
  });

  it('shows what waits at the executor, and takes no answer for it', async () => {
    const rig = await createExecutorRig();
    const { path, change } = plantConf(rig);
    const { approval } = await propose(rig, change);
    rig.be(ROOT);
    const box = createBox();
    box.write('.config/steward/steward.yaml', `executor: ${rig.socket}\n`);
    const serving = await startServing(box, ['--no-runs']);
    const cookie = await enrollPhone(box, serving, 'kitchen');
    const read = async (at: string) => (await fetch(serving.url + at, { headers: { cookie } })).text();
    expect(await read('/approvals')).toContain('Take the unknown setting out');
    const page = await read(`/approvals/${approval.id}`);
    expect(page).toContain(`edit ${path}`);
    expect(page).toContain('-colour=red');
    expect(page).toContain(
      `steward approvals approve ${approval.id} --digest ${approval.digest.slice(0, 12)}`,
    );
    expect(page).not.toContain('<form');
    const form = { decision: 'approve', digest: approval.digest };
    expect((await sendForm(serving, `/approvals/${approval.id}`, form, cookie)).status).toBe(403);
    const listed = await rig.ask({ do: 'list' });
    expect(listed[0]).toMatchObject({ approvals: [{ state: 'pending' }] });
  });

  it('is opened to devices and to a PIN by commands on the host', async () => {
    const box = createBox();
    box.write('.config/steward/steward.yaml', 'pages: { url: "http://home.lan:9097/steward" }\n');
    const serving = await startServing(box, ['--no-runs']);
    const invited = await box.run(['pages', 'enroll']);
    expect(invited.stdout).toMatch(
      /"phone", until \S+Z:\n\n {2}http:\/\/home\.lan:9097\/steward\/enroll\?t=[\w-]{43}\n/,
    );
    expect(invited.stderr).toContain('not https');
    const cookie = await enrollPhone(box, serving, 'kitchen');
    expect((await box.run(['pages', 'devices'])).stdout).toMatch(/^kitchen +enrolled /);
    expect((await box.run(['pages', 'enroll', '--name', 'kitchen'])).stderr).toContain('is enrolled already');
    expect((await box.run(['pages', 'pin'])).stdout).toMatch(/^The PIN is \d{8}\./);
    const own = await box.run(['pages', 'pin', '--from-stdin'], { input: { pipe: '271828\n' } });
    expect([own.code, own.stdout]).toEqual([0, 'The PIN is set.\n']);
    expect((await box.run(['pages', 'pin', '--from-stdin'], { input: { pipe: '123456\n' } })).code).toBe(42);
    const listed = JSON.parse((await box.run(['pages', 'devices', '--json'])).stdout);
    expect(listed).toMatchObject({ devices: [{ name: 'kitchen' }], pin: true });
    expect((await box.run(['pages', 'revoke', 'kitchen'])).code).toBe(0);
    expect((await fetch(`${serving.url}/approvals`, { headers: { cookie } })).status).toBe(403);
    expect((await box.run(['pages', 'what'])).code).toBe(2);
    // Beside the system's serve, whose devices are others.
    const system = createServer().listen(join(box.home, 'serve.sock'));
    onTestFinished(() => void system.close());
    const beside = await box.run(['pages', 'enroll'], { env: { STEWARD_SERVE_DIR: box.home } });
    expect(beside.stderr).toContain("for the system's: sudo -u steward steward pages");
  });
});
