import { describe, expect, it } from 'vitest';
import type { Ran } from '../../../src/protocol/typed-call.ts';
import { typedProgram } from '../../../src/tools/typed/programs.ts';

const ran = (exit: number | null, output = '', error = ''): Ran => ({ exit, output, error, timedOut: false });
function read(tool: string, input: Record<string, unknown>, result: Ran) {
  const program = typedProgram(tool);
  if (program === undefined) throw new Error(tool);
  return program.read(input, result);
}

describe('systemctl', () => {
  it.each([
    ['is-active', ran(0, 'active\n'), { ok: true, data: { active: true, state: 'active' } }],
    ['is-active', ran(3, 'failed\n'), { ok: true, data: { active: false, state: 'failed' } }],
    ['is-active', ran(4, 'inactive\n'), { ok: false, detail: 'there is no such unit' }],
    ['is-enabled', ran(1, 'disabled\n'), { ok: true, data: { enabled: false, state: 'disabled' } }],
    ['is-enabled', ran(1, '', 'Failed to get unit file state'), { ok: false }],
    ['status', ran(3, '● x'), { ok: true, detail: 'it is not active' }],
    ['status', ran(4), { ok: false, detail: 'there is no such unit' }],
    ['show', ran(0, 'Id=x.service\nLoadState=not-found\n'), { ok: false }],
    ['restart', ran(1), { ok: false }],
  ])('%s: %j', (verb, result, wanted) => {
    expect(read('Systemctl', { verb, unit: 'x' }, result)).toMatchObject(wanted);
  });
});

describe('a journal', () => {
  const line = JSON.stringify({
    __REALTIME_TIMESTAMP: '1790000000000000',
    _SYSTEMD_UNIT: 'a.service',
    PRIORITY: '3',
    MESSAGE: [104, 105],
  });
  it('is read line by line, also where a message is bytes', () => {
    expect(read('Journal', {}, ran(0, `${line}\n`)).data).toEqual([
      { at: '2026-09-21T14:13:20.000Z', from: 'a.service', priority: 3, message: 'hi' },
    ]);
  });
  it('that has no line is an answer; one that cannot be opened is none', () => {
    expect(read('Journal', {}, ran(1))).toMatchObject({ ok: true, data: [] });
    expect(read('Journal', {}, ran(1, '', 'Failed to open journal'))).toMatchObject({ ok: false });
  });
});

describe('a plan of Nomad', () => {
  const plan = (type: string, more: object = {}) =>
    JSON.stringify({ JobModifyIndex: 7, Diff: { ID: 'web', Type: type }, FailedTGAllocs: null, ...more });
  const updates = (group: object) => ({ Annotations: { DesiredTGUpdates: { front: group } } });
  it('with exit 0 may still update in place', () => {
    const result = ran(0, plan('Edited', updates({ InPlaceUpdate: 2, Ignore: 1 })));
    expect(read('Nomad', { verb: 'plan' }, result)).toEqual({
      ok: true,
      detail: 'web: edited: InPlaceUpdate 2, job modify index 7',
      data: { job: 'web', index: 7, type: 'Edited', updates: { InPlaceUpdate: 2 }, failed: [], warnings: '' },
    });
  });
  it('with exit 1 is no failure, and with 255 is one', () => {
    const result = ran(1, plan('Edited', updates({ Place: 1 })));
    expect(read('Nomad', { verb: 'plan' }, result)).toMatchObject({
      ok: true,
      data: { updates: { Place: 1 } },
    });
    expect(read('Nomad', { verb: 'plan' }, ran(255, '', 'connection refused'))).toMatchObject({ ok: false });
  });
  it('names the groups without a place, whatever the exit status', () => {
    const result = ran(1, plan('Edited', { FailedTGAllocs: { front: {} } }));
    expect(read('Nomad', { verb: 'plan' }, result)).toMatchObject({ detail: 'no place for front' });
  });
  it('that is not JSON is not taken for one without a difference', () => {
    expect(read('Nomad', { verb: 'plan' }, ran(0, 'flag provided but not defined'))).toMatchObject({
      ok: false,
    });
  });
  it('carried out with 2 is registered and not placed', () => {
    expect(read('Nomad', { verb: 'run' }, ran(2))).toMatchObject({
      ok: false,
      detail: expect.stringContaining('registered'),
    });
  });
});

describe('an activation of NixOS', () => {
  const failed = 'warning: the following units failed: a.service, b.service';
  it('with 4 is active, and names what failed', () => {
    expect(read('NixosRebuild', { verb: 'test' }, ran(4, '', failed))).toMatchObject({
      ok: true,
      data: { active: true, failedUnits: ['a.service', 'b.service'] },
    });
  });
  it.each([
    [2, { ok: false, detail: expect.stringContaining('activation script') }],
    [100, { ok: false, data: { needsReboot: true } }],
    [1, { ok: false }],
  ])('with %i is none', (exit, wanted) => {
    expect(read('NixosRebuild', { verb: 'switch' }, ran(exit))).toMatchObject(wanted);
  });
});

describe('a difference', () => {
  it.each(['Git', 'Kubectl'])('of %s: 0 is none, 1 is one, above it is an error', (tool) => {
    expect(read(tool, { verb: 'diff' }, ran(0))).toMatchObject({ ok: true, detail: 'no difference' });
    expect(read(tool, { verb: 'diff' }, ran(1))).toMatchObject({ ok: true, detail: 'it differs' });
    expect(read(tool, { verb: 'diff' }, ran(128))).toMatchObject({ ok: false });
  });
});

describe('a key of Consul', () => {
  it('that is not there is an answer', () => {
    const result = ran(1, '', 'Error! No key exists at: a');
    expect(read('Consul', { verb: 'get' }, result)).toMatchObject({ ok: true, data: { exists: false } });
  });
  it('has an index and a value', () => {
    const output = `CreateIndex      12\nFlags            0\nKey              a\nLockIndex        0\nModifyIndex      14\nSession          -\nValue            one\n  two\n`;
    expect(read('Consul', { verb: 'get' }, ran(0, output)).data).toEqual({
      exists: true,
      index: 14,
      created: 12,
      value: 'one\n  two',
    });
  });
});

describe('members of Consul', () => {
  const head = 'Node  Address          Status  Type    Build  Protocol  DC    Segment';
  const row = (name: string, status: string) =>
    `${name}  10.0.0.1:8301  ${status}  server  1.8.7  2  home  <all>`;
  it.each([
    [['alive', 'alive', 'alive'], 1],
    [['alive', 'alive', 'failed'], 0],
    [['alive', 'failed', 'failed'], -1],
    [['alive', 'alive', 'left'], 0],
  ])('%j can lose %i servers', (states, canLose) => {
    const output = [head, ...states.map((state, index) => row(`n${index}`, state))].join('\n');
    expect(read('Consul', { verb: 'members' }, ran(0, output)).data).toMatchObject({ canLose });
  });
});

describe('ssh', () => {
  it('says when a host answers with another key', () => {
    const result = ran(255, '', 'Host key verification failed.');
    expect(read('Ssh', { verb: 'run' }, result).detail).toContain('another key');
  });
});
