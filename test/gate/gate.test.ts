import { describe, expect, it } from 'vitest';
import { createGate, type GateOptions, openGate, runCanary } from '../../src/gate/index.ts';
import { OpsError } from '../../src/lib/ops-error.ts';
import type { Action } from '../../src/protocol/action.ts';
import type { StepRequest } from '../../src/protocol/gate.ts';
import { Permit } from '../../src/protocol/permit.ts';
import type { Judgement } from '../../src/protocol/verdict.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { createRecordingSink } from '../fakes/sink.ts';

const touch: StepRequest = {
  id: 'C1',
  origin: 'tool',
  action: { kind: 'shell', line: 'touch   /srv/x', cwd: '/srv' },
};
const look: StepRequest = { id: 'P1', origin: 'probe', action: { kind: 'process', argv: ['df'], cwd: '/' } };

function setUp(judgement: Partial<Judgement> = {}, options: Partial<GateOptions> = {}) {
  const sink = createRecordingSink();
  const clock = createFakeClock();
  const all: GateOptions = {
    judge: async (action) => ({
      verdict: 'allow',
      effect: 'reversible',
      rule: 'spec:test',
      reason: 'a test',
      target: { kind: 'path', name: '/srv/x' },
      action,
      ...judgement,
    }),
    sink,
    clock,
    isDurable: true,
    autonomy: 'reversible',
    mode: 'default',
    switches: async () => ({ paused: null, stopped: false, handsOff: [] }),
    mask: (text) => text.replaceAll('hunter2', '[masked]'),
    attended: false,
    isolation: { choice: 'auto', settle: async () => ({ kind: 'bwrap', choice: 'auto', problem: null }) },
    ...options,
  };
  return { gate: createGate(all), sink, clock, options: all };
}

describe('the gate', () => {
  it('has an effect on disk in the log before it runs it, and records its end', async () => {
    const { gate, sink, clock } = setUp();
    const admission = await gate.perform(touch, async (permit) => {
      sink.order.push('notice.given');
      expect(Permit.spend(permit, 'shell')).toEqual(touch.action);
      await clock.advance(40);
      return { value: 7, trace: { ok: true, summary: 'exit 0' } };
    });
    expect(admission).toMatchObject({ kind: 'done', value: 7, judgement: { effect: 'reversible' } });
    expect(sink.order).toEqual(['step.decided', 'step.started', 'sync', 'notice.given', 'step.finished']);
    expect(sink.events).toEqual([
      {
        type: 'step.decided',
        step: 'C1',
        origin: 'tool',
        command: 'touch   /srv/x',
        effect: 'reversible',
        target: { kind: 'path', name: '/srv/x' },
        verdict: 'allow',
        decision: 'allow',
        rule: 'spec:test',
        reason: 'a test',
      },
      { type: 'step.started', step: 'C1', effect: 'reversible', command: 'touch   /srv/x' },
      { type: 'step.finished', step: 'C1', ok: true, summary: 'exit 0', durationMs: 40 },
    ]);
  });

  it('does not wait for the disk to observe', async () => {
    const { gate, sink } = setUp({ effect: 'observe' });
    await gate.perform(look, async () => ({ value: null, trace: { ok: true, summary: 'exit 0' } }));
    expect(sink.order).toEqual(['step.decided', 'step.started', 'step.finished']);
  });

  it('permits the action that was judged, not the one that was asked for', async () => {
    const judged: Action = { kind: 'shell', line: 'touch /srv/x', cwd: '/srv' };
    const { gate } = setUp({ action: judged });
    await gate.perform(touch, async (permit) => {
      expect(Permit.spend(permit, 'shell')).toBe(judged);
      return { value: null, trace: { ok: true, summary: '' } };
    });
  });

  it('records a refusal and runs nothing', async () => {
    const { gate, sink } = setUp({ verdict: 'deny', rule: 'floor:x', reason: 'hunter2 is secret' });
    const admission = await gate.perform(touch, () => {
      throw new Error('this must not run');
    });
    expect(admission).toMatchObject({ kind: 'refused', reason: '[masked] is secret' });
    expect(sink.of('step.decided')).toMatchObject([
      { decision: 'refuse', rule: 'floor:x', reason: '[masked] is secret' },
    ]);
    expect(sink.order).toEqual(['step.decided']);
  });

  it('masks secrets in what it records, and not in what it runs', async () => {
    const action: Action = { kind: 'process', argv: ['login', 'hunter2'], cwd: '/' };
    const { gate, sink } = setUp({ effect: 'observe' });
    await gate.perform({ ...look, action }, async (permit) => {
      expect(Permit.spend(permit, 'process')).toEqual(action);
      return { value: null, trace: { ok: true, summary: 'welcome hunter2' } };
    });
    expect(JSON.stringify(sink.events)).not.toContain('hunter2');
    expect(sink.of('step.started')[0]?.command).toBe('login [masked]');
  });

  it.each([
    ['rejects', async () => Promise.reject(new Error('no such hunter2'))],
    [
      'throws at once',
      () => {
        throw new Error('no such hunter2');
      },
    ],
  ])('records the end of a step that %s, and lets the error rise', async (_, run) => {
    const { gate, sink } = setUp();
    await expect(gate.perform(touch, run)).rejects.toThrow('no such hunter2');
    expect(sink.of('step.finished')).toEqual([
      { type: 'step.finished', step: 'C1', ok: false, summary: 'failed: no such [masked]', durationMs: 0 },
    ]);
  });

  it('runs nothing when the log cannot be written', async () => {
    const { gate, sink } = setUp({ effect: 'observe' });
    sink.failWith(new OpsError('state-full', 'state-full', 'no room'));
    let hasRun = false;
    const attempt = gate.perform(look, async () => {
      hasRun = true;
      return { value: null, trace: { ok: true, summary: '' } };
    });
    await expect(attempt).rejects.toThrow('no room');
    expect(hasRun).toBe(false);
  });

  it('runs no effect when the log cannot be brought to disk', async () => {
    const sink = { ...createRecordingSink(), sync: async () => Promise.reject(new Error('EIO')) };
    const { gate } = setUp({}, { sink });
    let hasRun = false;
    const attempt = gate.perform(touch, async () => {
      hasRun = true;
      return { value: null, trace: { ok: true, summary: '' } };
    });
    await expect(attempt).rejects.toThrow('EIO');
    expect(hasRun).toBe(false);
  });

  it.each([
    ['the judge', { judge: async () => Promise.reject(new Error('broken')) }],
    ['the switches', { switches: async () => Promise.reject(new Error('broken')) }],
  ])('runs nothing when %s cannot answer', async (_, broken) => {
    const { gate, sink } = setUp({}, broken);
    await expect(
      gate.perform(touch, async () => ({ value: 1, trace: { ok: true, summary: '' } })),
    ).rejects.toThrow('broken');
    expect(sink.events).toEqual([]);
  });

  it('reads the switches anew for every step', async () => {
    let paused: { until: number | null; by: string } | null = null;
    const { gate } = setUp({}, { switches: async () => ({ paused, stopped: false, handsOff: [] }) });
    const run = async () => ({ value: null, trace: { ok: true, summary: '' } });
    expect((await gate.perform(touch, run)).kind).toBe('done');
    paused = { until: null, by: 'anna' };
    expect((await gate.perform(touch, run)).kind).toBe('refused');
    paused = null;
    expect((await gate.perform(touch, run)).kind).toBe('done');
  });
});

describe('a permit', () => {
  const action: Action = { kind: 'read', path: '/etc/hosts' };

  async function permitFor(): Promise<Permit> {
    const { gate } = setUp({ effect: 'observe' });
    const admission = await gate.perform({ id: 'C9', origin: 'tool', action }, async (permit) => ({
      value: permit,
      trace: { ok: true, summary: '' },
    }));
    if (admission.kind !== 'done') throw new Error(admission.reason);
    return admission.value;
  }

  it('works once', async () => {
    const permit = await permitFor();
    expect(Permit.spend(permit, 'read')).toEqual(action);
    expect(() => Permit.spend(permit, 'read')).toThrow('permit C9 was used twice');
  });

  it('is good for its own kind of action only', async () => {
    const permit = await permitFor();
    expect(() => Permit.spend(permit, 'write')).toThrow('permit C9 is for read, not for write');
  });

  it('cannot be forged, neither by shape nor by prototype', async () => {
    // The casts are what a forger would write.
    const shape = { step: 'C9', effect: 'observe' } as unknown as Permit;
    const heir = Object.create(Permit.prototype) as Permit;
    const copy = structuredClone(await permitFor()) as Permit;
    for (const forged of [shape, heir, copy]) {
      expect(() => Permit.spend(forged, 'read')).toThrow('without a permit');
      expect(() => Permit.kindOf(forged)).toThrow('without a permit');
    }
  });
});

describe('the canary', () => {
  it('is satisfied by a judge that denies what must be denied, and leaves no trace in the run', async () => {
    const { options, sink } = setUp({ verdict: 'deny' });
    await runCanary(options);
    expect(sink.events).toEqual([]);
  });

  it.each([
    ['allows everything', { verdict: 'allow', effect: 'observe' }],
    ['only asks', { verdict: 'ask', effect: 'irreversible' }],
  ] as const)('refuses to go on with a judge that %s', async (_, judgement) => {
    await expect(runCanary(setUp(judgement).options)).rejects.toMatchObject({
      code: 'gate-unsound',
      reason: 'sandbox',
    });
  });

  it('is satisfied when policy asks about what it does not know, as long as no mode lifts that', async () => {
    const { options } = setUp();
    const asking = (effect: Judgement['effect']) => ({
      ...options,
      judge: async (action: Action, origin: StepRequest['origin']) => ({
        ...(await options.judge(action, origin)),
        verdict: action.kind === 'read' ? ('deny' as const) : ('ask' as const),
        effect,
      }),
    });
    await runCanary(asking('disruptive'));
    await expect(runCanary(asking('reversible'))).rejects.toMatchObject({ code: 'gate-unsound' });
  });

  it('refuses to go on when a single forbidden action is not denied', async () => {
    const { options } = setUp();
    const judge: GateOptions['judge'] = async (action, origin) => ({
      ...(await options.judge(action, origin)),
      verdict: action.kind === 'shell' ? 'allow' : 'deny',
    });
    await expect(runCanary({ ...options, judge })).rejects.toThrow(
      'does not refuse what it must (shell rm -rf /)',
    );
  });

  it('refuses at once to open a gate that lets a program through, and one for lines before the first of them', async () => {
    const { options, sink } = setUp();
    const letting = (kind: Action['kind']): GateOptions => ({
      ...options,
      judge: async (action, origin) => ({
        ...(await options.judge(action, origin)),
        verdict: action.kind === kind ? 'allow' : 'deny',
      }),
    });
    await expect(openGate(letting('process'))).rejects.toMatchObject({ code: 'gate-unsound' });

    const { gate, testLines } = await openGate(letting('shell'));
    let hasRun = false;
    const run = async () => {
      hasRun = true;
      return { value: 1, trace: { ok: true, summary: '' } };
    };
    expect(await gate.perform(look, run)).toMatchObject({ kind: 'refused' });
    const before = sink.events.length;
    await expect(gate.perform(touch, run)).rejects.toMatchObject({ code: 'gate-unsound' });
    await expect(testLines()).rejects.toMatchObject({ code: 'gate-unsound' });
    expect([hasRun, sink.events.length]).toEqual([false, before]);
  });
});
