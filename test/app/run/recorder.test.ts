import { describe, expect, it } from 'vitest';
import { createRecorder } from '../../../src/app/run/recorder.ts';
import { createMasker } from '../../../src/lib/mask.ts';
import type { RunEvent } from '../../../src/protocol/event.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { createRecordingSink } from '../../fakes/sink.ts';
import { closedEvent } from '../../runs/scripted-run.ts';

const MASKER = createMasker(['hunter2'], 'salt');
const MASKED = MASKER.mask('hunter2');

function setUp() {
  const seen: { event: RunEvent; time: string }[] = [];
  const log = createRecordingSink();
  const recorder = createRecorder(MASKER, createFakeClock(), {
    onEvent: (event, time) => seen.push({ event, time }),
    onDelta() {},
  });
  return { seen, log, recorder };
}

function started(step: string, effect: 'observe' | 'reversible'): RunEvent {
  return { type: 'step.started', step, effect, command: 'x' };
}

function finished(step: string, ok: boolean): RunEvent {
  return { type: 'step.finished', step, ok, summary: '', durationMs: 1 };
}

describe('the recorder', () => {
  it('masks what it logs and what it shows, deep inside and never in keys', () => {
    const { seen, log, recorder } = setUp();
    recorder.attach(log);
    const input = { hunter2: ['say hunter2'] };
    recorder.record({
      type: 'call.finished',
      call: 'C1',
      toolUseId: 't',
      tool: 'Bash',
      input,
      ok: true,
      text: 'password: hunter2',
      refused: false,
      durationMs: 1,
    });
    const masked = { input: { hunter2: [`say ${MASKED}`] }, text: `password: ${MASKED}` };
    expect(log.events[0]).toMatchObject(masked);
    expect(seen[0]?.event).toMatchObject(masked);
  });

  it('shows nothing that could not be logged', () => {
    const { seen, log, recorder } = setUp();
    recorder.attach(log);
    log.failWith(new Error('no space left'));
    expect(() => recorder.record(started('C1', 'observe'))).toThrow('no space left');
    expect(seen).toEqual([]);
  });

  it('reaches the listener before there is a log', () => {
    const { seen, log, recorder } = setUp();
    recorder.record({ type: 'notice.given', level: 'warning', text: 'early' });
    recorder.attach(log);
    expect(seen).toHaveLength(1);
    expect(log.events).toEqual([]);
  });

  it('knows the ids that a report may cite', () => {
    const { recorder } = setUp();
    recorder.record({
      type: 'look.taken',
      look: { id: 'L1', finding: 'F1', command: 'x', at: 0, ok: true, reason: null, text: '' },
    });
    expect([...recorder.evidence()]).toEqual(['L1']);
  });

  it('counts what an earlier sitting left open, and no longer what was judged when one closed', () => {
    const { seen, log, recorder } = setUp();
    recorder.attach(log);
    const look = { id: 'L1', finding: 'F1', command: 'df', at: 0, ok: true, reason: null, text: '' };
    recorder.recall([started('C1', 'reversible'), finished('C1', false), closedEvent()]);
    recorder.recall([{ type: 'look.taken', look }, started('C2', 'reversible'), started('C3', 'observe')]);
    expect(recorder.effects()).toEqual({ begun: 1, inDoubt: 1 });
    expect([...recorder.evidence()]).toEqual(['L1']);
    expect(seen).toEqual([]);
    expect(log.events).toEqual([]);
  });
});
