import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Approval } from '../../src/protocol/approval.ts';
import type { Script } from '../wire/index.ts';
import { enrollPhone, hiddenFields, sendForm, untilState } from './phone.ts';
import { startServing } from './serving.ts';
import { type Box, createBoxWithModel } from './steward.ts';

/** A probe that finds a wrong port, and a goal that is about it. */
function plant(box: Box, autonomy: string): void {
  writeFileSync(join(box.cwd, 'app.conf'), 'port=80\n');
  box.write(
    '.config/steward/context/port.yaml',
    `describe: The port of the app
run: [cat, ${join(box.cwd, 'app.conf')}]
parse: lines
facts: { wrong: "output.filter(l, l == 'port=80')" }
rules:
  - id: wrong-port
    each: wrong
    as: l
    object: l
    when: l != ''
    severity: critical
    class: safe
    cooldown: 1h
    say: 'it listens on {l}'
    examples: [{ facts: { wrong: [port=80] }, finds: [port=80] }, { facts: { wrong: [] }, finds: [] }]
`,
  );
  box.write(
    '.config/steward/goals/port.md',
    `---
description: Mend the port.
probes: [port]
tools: [Bash, Read, Change]
autonomy: ${autonomy}
---
The app listens on 8080.
`,
  );
  box.write('.config/steward/steward.yaml', `autonomy: ${autonomy}\n`);
}

const change = (replace: string) => ({
  name: 'Change',
  input: {
    title: 'Listen on 8080',
    evidence: ['P1'],
    apply: [{ edit: { file: 'app.conf', find: 'port=80', replace } }],
    verify: [{ run: 'grep -qx port=8080 app.conf', for: '0s' }],
  },
});

const report = (outcome: string, cited = 'X1') => ({
  name: 'Report',
  input: {
    outcome,
    summary: 'The port was wrong in the settings of the app, see the change.',
    findings: [{ text: 'wrong port', severity: 'critical', evidence: ['P1'] }],
    actions: [{ text: 'the port is 8080 now', evidence: [cited] }],
  },
});

const now = (box: Box) => readFileSync(join(box.cwd, 'app.conf'), 'utf8');

async function run(script: Script, autonomy: string) {
  const { box, server } = await createBoxWithModel(script);
  plant(box, autonomy);
  const { code, result } = await box.json(['run', 'port']);
  return { box, server, code, result };
}

describe('a change that a model asks for', () => {
  it('is done when autonomy reaches so far, and the probes that found the fault prove that it is gone', async () => {
    const { box, code, result } = await run(
      [{ toolCalls: [change('port=8080')] }, { toolCalls: [report('fixed')] }],
      'reversible',
    );
    expect({ code, outcome: result.outcome }).toEqual({ code: 0, outcome: 'fixed' });
    expect(now(box)).toBe('port=8080\n');
    expect(result.changes).toMatchObject([{ id: 'X1', end: 'held' }]);
  });

  it('is counted: the fifth in a row that held is a remark in the report, and raises nothing by itself', async () => {
    const { box } = await createBoxWithModel([
      { toolCalls: [change('port=8080')] },
      { toolCalls: [report('fixed')] },
    ]);
    plant(box, 'reversible');
    const before = { version: 1, attempts: {}, lowered: {}, held: { port: 4 } };
    box.write('.local/state/steward/trust.json', JSON.stringify(before));
    const { result } = await box.json(['run', 'port']);
    expect(result.result).toContain(
      '5 changes of port in a row were verified and held: its autonomy could be raised (steward autonomy list).',
    );
    expect((await box.run(['autonomy', 'list'])).stdout).toBe('port  5 changes in a row held\n');
  });

  it('is rolled back when it does not hold, whatever the model says, and the run exits 58', async () => {
    const { box, server, code, result } = await run(
      [{ toolCalls: [change('port=9090')] }, { toolCalls: [report('fixed')] }],
      'reversible',
    );
    expect({ code, outcome: result.outcome }).toEqual({ code: 58, outcome: 'escalated' });
    expect(now(box)).toBe('port=80\n');
    expect(JSON.stringify(server.requests.at(-1)?.body)).toContain('was rolled back');
    // Its trust is lost until an operator gives it back.
    const list = await box.run(['autonomy', 'list']);
    expect(list.stdout).toMatch(/^port {2}propose since .*Listen on 8080/);
    expect((await box.run(['run', 'port', '--model', 'none'])).stderr).toContain('port only proposes');
    await box.run(['autonomy', 'raise', 'port']);
    expect((await box.run(['run', 'port', '--model', 'none'])).stderr).not.toContain('only proposes');
  });

  it('is a commit on a branch once somebody has approved it and it holds, where the model asked for one', async () => {
    const asked = change('port=8080');
    const git = { branch: 'steward/port', message: 'app: listen on 8080' };
    const { box } = await createBoxWithModel([
      { toolCalls: [{ ...asked, input: { ...asked.input, git } }] },
      { toolCalls: [report('needs-approval')] },
      { toolCalls: [report('fixed')] },
    ]);
    plant(box, 'propose');
    const inRepo = (...words: string[]) =>
      execFileSync('git', ['-c', 'user.name=anna', '-c', 'user.email=a@b', ...words], {
        cwd: box.cwd,
        env: box.env,
        encoding: 'utf8',
      });
    inRepo('init', '-q');
    inRepo('config', 'user.name', 'anna');
    inRepo('config', 'user.email', 'anna@example.org');
    inRepo('add', 'app.conf');
    inRepo('commit', '-qm', 'as it was');
    expect((await box.json(['run', 'port'])).code).toBe(77);
    const { stdout } = await box.run(['approvals', 'list', '--json']);
    const [approval] = (JSON.parse(stdout) as { approvals: Approval[] }).approvals;
    const { result } = await box.json(['approvals', 'approve', approval?.id ?? '']);
    expect(result.changes).toMatchObject([{ end: 'held' }]);
    expect(inRepo('log', '--format=%s', 'steward/port')).toBe('app: listen on 8080\nas it was\n');
    expect(inRepo('show', 'steward/port:app.conf')).toBe('port=8080\n');
  });

  it('waits for a person when autonomy does not reach so far; the run goes on, reports, and exits 77', async () => {
    const { box, server, code, result } = await run(
      [
        { toolCalls: [change('port=8080')] },
        { toolCalls: [{ name: 'Bash', input: { command: 'cat app.conf' } }] },
        { toolCalls: [report('needs-approval')] },
        { toolCalls: [report('fixed')] },
      ],
      'propose',
    );
    expect({ code, outcome: result.outcome }).toEqual({ code: 77, outcome: 'needs-approval' });
    expect(now(box)).toBe('port=80\n');
    expect(server.requests).toHaveLength(3);
    expect(result.report).not.toBeNull();
    const { stdout } = await box.run(['approvals', 'list', '--json']);
    const [approval] = (JSON.parse(stdout) as { approvals: Approval[] }).approvals;
    expect(approval).toMatchObject({ run: result.session_id, change: 'X1', evidence: ['P1'] });
    const approved = await box.json(['approvals', 'approve', approval?.id ?? '', '--comment', 'go on']);
    expect(approved.result.outcome).toBe('fixed');
    expect(approved.result.session_id).toBe(result.session_id);
    expect(approved.result.changes).toMatchObject([{ id: 'X1', end: 'held' }]);
    expect(now(box)).toBe('port=8080\n');
    // The same conversation, with what somebody said, what became of it, and what is another by now.
    const told = JSON.stringify(server.requests.at(-1)?.body);
    expect(server.requests).toHaveLength(4);
    expect(told).toContain('They say: go on');
    expect(told).toContain('X1 holds: it is applied and verified.');
    expect(told).toContain('found everything as it was');
    const shown = JSON.parse((await box.run(['approvals', 'show', approval?.id ?? '', '--json'])).stdout);
    expect(shown).toMatchObject({ state: 'done', result: { run: result.session_id, outcome: 'fixed' } });
    expect((await box.run(['runs', 'verify', String(result.session_id)])).code).toBe(0);
    const after = await box.json(['run', 'port']);
    expect(after.result.outcome).not.toBe('needs-approval');
    expect(after.result.findings).toEqual([]);
  });

  it('is told what is wrong with it, field by field, and can be asked for again', async () => {
    const broken = {
      ...change('port=8080'),
      input: { title: 'x', apply: [{ run: 'a', write: {} }], verify: [] },
    };
    const lost = {
      ...change(''),
      input: { ...change('').input, apply: [{ edit: { file: 'app.conf', find: 'nowhere', replace: '' } }] },
    };
    const { box, server, code } = await run(
      [
        { toolCalls: [broken] },
        { toolCalls: [lost] },
        { toolCalls: [change('port=8080')] },
        { toolCalls: [report('fixed')] },
      ],
      'reversible',
    );
    expect(code).toBe(0);
    expect(now(box)).toBe('port=8080\n');
    const told = server.requests.map(({ body }) => JSON.stringify(body));
    expect(told[1]).toMatch(/verify/);
    expect(told[2]).toContain('apply[0]: ');
    expect(told[2]).toContain('does not hold the text to be found');
  });

  it('is refused where policy denies a step of it, with autonomy full too', async () => {
    const { box, server, code } = await run(
      [
        {
          toolCalls: [
            {
              name: 'Change',
              input: {
                title: 'Remove what is in the way',
                apply: [{ run: 'cat /etc/shadow' }],
                verify: [{ run: 'grep -q 80 app.conf' }],
              },
            },
          ],
        },
        { toolCalls: [report('escalated', 'P1')] },
      ],
      'full',
    );
    expect(code).toBe(60);
    expect(JSON.stringify(server.requests.at(-1)?.body)).toContain('floor:');
    expect(now(box)).toBe('port=80\n');
  });
});

describe('a change of a file that would not be valid', () => {
  it('is given back to the model before anybody is asked', async () => {
    const script = (text: string) => ({
      name: 'Change',
      input: { ...change('port=8080').input, apply: [{ write: { file: 'fix.sh', text } }] },
    });
    const { box, server, code } = await run(
      [
        { toolCalls: [script('if true; then\n')] },
        { toolCalls: [script('if true; then ls; fi\n')] },
        { toolCalls: [report('needs-approval', 'X2')] },
      ],
      'propose',
    );
    expect(code).toBe(77);
    const told = JSON.stringify(server.requests[1]?.body);
    expect(told).toContain('fix.sh (bash -n): ');
    expect(told).toContain('Not begun, nothing was done, and nobody was asked');
    const { stdout } = await box.run(['approvals', 'list', '--json']);
    expect((JSON.parse(stdout) as { approvals: Approval[] }).approvals.map(({ change: id }) => id)).toEqual([
      'X2',
    ]);
  });
});

describe('an answer to what a run left for a person', () => {
  const parked: Script = [
    { toolCalls: [change('port=8080')] },
    { toolCalls: [report('needs-approval')] },
    { toolCalls: [report('fixed')] },
  ];

  async function leave(script: Script = parked) {
    const asked = await run(script, 'propose');
    expect(asked.code).toBe(77);
    const { stdout } = await asked.box.run(['approvals', 'list', '--json']);
    const id = (JSON.parse(stdout) as { approvals: Approval[] }).approvals[0]?.id ?? '';
    const show = async () =>
      JSON.parse((await asked.box.run(['approvals', 'show', id, '--json'])).stdout) as Approval;
    return { ...asked, id, show };
  }

  it('closes it without acting when the fault is gone by then, and asks no model', async () => {
    const { box, server, id, show, result } = await leave();
    writeFileSync(join(box.cwd, 'app.conf'), 'port=8081\n');
    const approved = await box.json(['approvals', 'approve', id]);
    expect({ code: approved.code, outcome: approved.result.outcome }).toEqual({
      code: 0,
      outcome: 'healthy',
    });
    expect(approved.result.session_id).toBe(result.session_id);
    expect(now(box)).toBe('port=8081\n');
    expect(server.requests).toHaveLength(2);
    expect(await show()).toMatchObject({
      state: 'void',
      result: { message: 'the fault is gone: wrong-port:port=80' },
    });
    const late = await box.run(['approvals', 'approve', id]);
    expect(late.stderr).toContain('is void: the fault is gone');
  });

  it('lets the run go on when it comes from a phone, and the model is told who it was', async () => {
    const { box, server, id, result } = await leave();
    const serving = await startServing(box, ['--no-runs']);
    const cookie = await enrollPhone(box, serving, 'kitchen');
    const path = `/approvals/${id}`;
    // What the run had seen stands beside what it asks for.
    expect(await (await fetch(serving.url + path, { headers: { cookie } })).text()).toContain(
      '<strong>P1</strong> port',
    );
    const form = await hiddenFields(serving, path, cookie);
    await sendForm(serving, path, { ...form, decision: 'approve', comment: 'go on' }, cookie);
    const done = await untilState(box, id, 'done');
    expect(done.result).toMatchObject({ run: result.session_id, outcome: 'fixed' });
    expect(now(box)).toBe('port=8080\n');
    const told = JSON.stringify(server.requests.at(-1)?.body);
    expect(told).toContain('was approved by phone:kitchen. They say: go on');
  });

  it('does not count for another plan: the file moved, the fault stands, and the new plan waits', async () => {
    const { box, server, id, show } = await leave();
    writeFileSync(join(box.cwd, 'app.conf'), '# moved\nport=80\n');
    const approved = await box.json(['approvals', 'approve', id]);
    expect({ code: approved.code, outcome: approved.result.outcome }).toEqual({
      code: 77,
      outcome: 'needs-approval',
    });
    expect(now(box)).toBe('# moved\nport=80\n');
    expect(server.requests).toHaveLength(2);
    expect((await show()).state).toBe('void');
    const { stdout } = await box.run(['approvals', 'list', '--json']);
    const [next] = (JSON.parse(stdout) as { approvals: Approval[] }).approvals;
    const again = await box.json(['approvals', 'approve', next?.id ?? '']);
    expect(again.result.outcome).toBe('fixed');
    expect(now(box)).toBe('# moved\nport=8080\n');
    expect(JSON.stringify(server.requests.at(-1)?.body)).toContain('# moved');
  });

  it('is carried out and proved by rules where no model can be had any more', async () => {
    const { box, server, id } = await leave();
    await server.close();
    const env = { ANTHROPIC_API_KEY: '', STEWARD_MODEL: 'none' };
    const approved = await box.json(['approvals', 'approve', id], { env });
    expect({ code: approved.code, outcome: approved.result.outcome }).toEqual({ code: 0, outcome: 'fixed' });
    expect(approved.result.result).toContain('No model was asked');
    expect(now(box)).toBe('port=8080\n');
  });

  it('ends 58 when what was approved does not hold, with the file as it was', async () => {
    const { box, id } = await leave([
      { toolCalls: [change('port=9090')] },
      { toolCalls: [report('needs-approval')] },
      { toolCalls: [report('escalated')] },
    ]);
    const approved = await box.json(['approvals', 'approve', id]);
    expect({ code: approved.code, outcome: approved.result.outcome }).toEqual({
      code: 58,
      outcome: 'escalated',
    });
    expect(now(box)).toBe('port=80\n');
  });
});

describe('an invariant of the goal', () => {
  it('is checked after every change, and takes back one that holds by its own checks', async () => {
    const { box, server } = await createBoxWithModel([
      { toolCalls: [change('port=8080')] },
      { toolCalls: [report('escalated')] },
    ]);
    plant(box, 'reversible');
    const goal = join(box.home, '.config/steward/goals/port.md');
    const text = readFileSync(goal, 'utf8');
    const invariant = 'invariants:\n  - run: grep -qx name=app app.conf\n    for: 0s\n---\nThe app';
    writeFileSync(goal, text.replace('---\nThe app', invariant));
    const { code, result } = await box.json(['run', 'port']);
    expect({ code, outcome: result.outcome }).toEqual({ code: 58, outcome: 'escalated' });
    expect(now(box)).toBe('port=80\n');
    expect(JSON.stringify(server.requests.at(-1)?.body)).toContain('verify 2: grep -qx name=app app.conf');
  });
});

describe('a change of what steward itself stands on', () => {
  it('is left for a person with autonomy full too, and the approval says why', async () => {
    const restart = {
      name: 'Change',
      input: {
        title: 'Try the way in',
        apply: [{ run: 'systemctl try-restart ssh.service' }],
        verify: [{ run: 'grep -qx port=80 app.conf' }],
      },
    };
    const { box, code } = await run(
      [{ toolCalls: [restart] }, { toolCalls: [report('needs-approval')] }],
      'full',
    );
    expect(code).toBe(77);
    const { stdout } = await box.run(['approvals', 'list', '--json']);
    const [approval] = (JSON.parse(stdout) as { approvals: Approval[] }).approvals;
    expect(approval?.doubts).toContain('ssh.service: it is a way into this machine');
    expect(approval?.doubts).toContainEqual(
      expect.stringContaining('this machine is reached by ssh.service'),
    );
    const shown = await box.run(['approvals', 'show', approval?.id ?? '']);
    expect(shown.stdout).toContain('Mind: ssh.service: it is a way into this machine');
  });
});

describe('a tool that is denied', () => {
  it('is not to be had by a change either', async () => {
    const { box, server } = await createBoxWithModel([
      {
        toolCalls: [
          {
            name: 'Change',
            input: {
              title: 'Around it',
              apply: [{ run: 'touch made' }, { write: { file: 'b.txt', text: 'b' } }],
              verify: [{ run: 'ls' }],
            },
          },
        ],
      },
      { text: 'It was denied.' },
    ]);
    const { result } = await box.json(['-p', 'x', '--disallowedTools', 'Bash,Write']);
    expect(result.changes).toEqual([]);
    const told = JSON.stringify(server.requests.at(-1)?.body);
    expect(told).toContain('apply[0]: ');
    expect(told).toContain('apply[1]: ');
  });
});
