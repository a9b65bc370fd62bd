import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Approval } from '../../src/protocol/approval.ts';
import type { Script } from '../wire/index.ts';
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

  it('waits for a person when autonomy does not reach so far; the run goes on, reports, and exits 77', async () => {
    const { box, server, code, result } = await run(
      [
        { toolCalls: [change('port=8080')] },
        { toolCalls: [{ name: 'Bash', input: { command: 'cat app.conf' } }] },
        { toolCalls: [report('needs-approval')] },
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
    const approved = await box.json(['approvals', 'approve', approval?.id ?? '']);
    expect(approved.result.outcome).toBe('fixed');
    expect(now(box)).toBe('port=8080\n');
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
