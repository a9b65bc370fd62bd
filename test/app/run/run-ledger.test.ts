import { describe, expect, it } from 'vitest';
import { createLedger } from '../../../src/app/run/run-ledger.ts';
import type { RunEvent } from '../../../src/protocol/event.ts';

function started(step: string, effect: 'observe' | 'reversible'): RunEvent {
  return { type: 'step.started', step, effect, command: 'x' };
}

function finished(step: string, ok = true): RunEvent {
  return { type: 'step.finished', step, ok, summary: '', durationMs: 1 };
}

function called(call: string, fields: { tool?: string; ok?: boolean; refused?: boolean } = {}): RunEvent {
  const { tool = 'Bash', ok = true, refused = false } = fields;
  return {
    type: 'call.finished',
    call,
    toolUseId: call,
    tool,
    input: {},
    ok,
    text: '',
    refused,
    durationMs: 1,
  };
}

function checkpointed(step: string, path: string): RunEvent {
  return { type: 'file.checkpointed', step, path, before: null, after: 'digest' };
}

function ledgerOf(...events: RunEvent[]) {
  const ledger = createLedger();
  for (const event of events) ledger.note(event);
  return ledger;
}

describe('effects of a run', () => {
  it('are the steps above observe; one that nobody saw end is in doubt', () => {
    const ledger = ledgerOf(started('C1', 'observe'), started('C2', 'reversible'), finished('C2'));
    expect(ledger.effects()).toEqual({ begun: 1, inDoubt: 0 });
    ledger.note(started('C3', 'reversible'));
    expect(ledger.effects()).toEqual({ begun: 2, inDoubt: 1 });
  });

  it('are not in doubt when a command said that it failed', () => {
    const ledger = ledgerOf(started('C1', 'reversible'), finished('C1', false));
    expect(ledger.effects()).toEqual({ begun: 1, inDoubt: 0 });
  });

  it('are in doubt while the last write of a file failed', () => {
    const failed = [started('C1', 'reversible'), checkpointed('C1', '/a'), finished('C1', false)];
    const mended = [started('C2', 'reversible'), checkpointed('C2', '/a'), finished('C2')];
    expect(ledgerOf(...failed).effects().inDoubt).toBe(1);
    expect(ledgerOf(...failed, ...mended).effects().inDoubt).toBe(0);
  });
});

describe('answered calls', () => {
  it('passed the gate and ended: not a refusal, not a tool that does not exist, not the report', () => {
    const ledger = ledgerOf(
      ...[started('C1', 'observe'), finished('C1', false), called('C1', { ok: false })],
      ...[called('C2', { refused: true, ok: false }), called('C3', { tool: 'Teleport', ok: false })],
      called('C4', { tool: 'Report' }),
      ...[started('C5.before', 'observe'), finished('C5.before'), called('C5', { tool: 'Edit' })],
    );
    expect([...ledger.answered]).toEqual(['C1', 'C5']);
    expect([...ledger.evidence]).toEqual(['C1', 'C2', 'C3', 'C5']);
  });
});

describe('numbers of evidence', () => {
  it('go on after the highest of all sittings', () => {
    const look = { id: 'L2', finding: 'F1', command: 'x', at: 0, ok: true, reason: null, text: '' };
    const ledger = ledgerOf(
      { type: 'look.taken', look },
      { type: 'checks.made', checks: [{ id: 'V3', text: '', verdict: 'passed', detail: '', evidence: [] }] },
    );
    expect(ledger.next).toEqual({ probe: 1, look: 3, finding: 1, check: 4, question: 1, change: 1 });
  });
});

describe('what a run took', () => {
  const usage = { inputTokens: 10, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const requested = (turn: number): RunEvent => ({
    type: 'model.requested',
    turn,
    model: 'm',
    reservedUsd: null,
  });
  const reduced = (costUsd: number | null): RunEvent => ({
    type: 'context.reduced',
    method: 'summarise',
    droppedBytes: 1,
    messages: [],
    usage,
    costUsd,
  });

  it('is the sum of its requests; a sitting begins anew, and turns are counted on', () => {
    const ledger = ledgerOf(requested(1), reduced(0.5), requested(2), reduced(0.25));
    expect(ledger.spent()).toEqual({
      turns: 2,
      usage: { ...usage, inputTokens: 20, outputTokens: 4 },
      costUsd: 0.75,
    });
    ledger.note({ type: 'run.resumed', model: 'm', prompt: null });
    ledger.note(requested(3));
    expect(ledger.spent()).toMatchObject({ turns: 3, usage: { inputTokens: 0 }, costUsd: 0 });
  });

  it('has no price when one of them has none', () => {
    expect(ledgerOf(requested(1), reduced(0.5), reduced(null)).spent().costUsd).toBeNull();
  });
});
