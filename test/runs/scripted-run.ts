import type { RunEvent } from '../../src/protocol/event.ts';
import type { Block, ToolUseBlock } from '../../src/protocol/message.ts';
import { NO_USAGE } from '../../src/protocol/model.ts';

/** A little twin of the loop: the events it records, in its order, for what a test chooses. */

export interface ScriptedCall {
  /** Steps that it takes through the gate; 0 for a call that is refused before. */
  steps: number;
  isParallel: boolean;
  ok: boolean;
}

export interface ScriptedTurn {
  calls: ScriptedCall[];
  /** Words of the model. */
  text: string;
  /** What the shell says to an answer without calls. */
  objection: string;
  /** The conversation is reduced before this turn's request. */
  isReduced: boolean;
  /** Failed attempts before the reply. */
  failures: number;
}

export const USAGE = { inputTokens: 100, outputTokens: 10, cacheReadTokens: 5, cacheWriteTokens: 1 };

export function openedEvent(run: string, more: Partial<Extract<RunEvent, { type: 'run.opened' }>> = {}) {
  return {
    type: 'run.opened',
    run,
    steward: '0.1.0',
    goal: 'health-check',
    prompt: null,
    trigger: { kind: 'manual', payload: null, parent: null },
    host: { hostname: 'nuc1', machine: '0123456789ab', kernel: '6.12', user: 'steward' },
    cwd: '/srv',
    model: 'scripted',
    tools: ['Bash', 'Read'],
    mode: 'default',
    autonomy: 'propose',
    policyDigest: 'abc',
    isolation: 'none',
    ...more,
  } satisfies RunEvent;
}

export function closedEvent(more: Partial<Extract<RunEvent, { type: 'run.closed' }>> = {}) {
  return {
    type: 'run.closed',
    outcome: 'reported',
    reason: 'reported',
    message: null,
    result: 'all is well',
    resumeAt: null,
    turns: 1,
    usage: USAGE,
    costUsd: 0.01,
    durationMs: 1200,
    ...more,
  } satisfies RunEvent;
}

export function promptEvent(text = 'Look at the disks.'): RunEvent {
  return {
    type: 'prompt.built',
    system: ['You are steward.'],
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
    marker: 'k3j9',
    bytes: text.length,
  };
}

export function repliedEvent(turn: number, content: Block[]): Extract<RunEvent, { type: 'model.replied' }> {
  return {
    type: 'model.replied',
    turn,
    model: 'scripted',
    content,
    stopReason: content.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn',
    usage: USAGE,
    costUsd: 0.001,
    durationMs: 20,
    firstTokenMs: 5,
  };
}

export function toolUse(id: string, command = 'true'): ToolUseBlock {
  return { type: 'tool_use', id, name: 'Bash', input: { command } };
}

export function started(step: string, effect: 'observe' | 'reversible' = 'observe'): RunEvent {
  return { type: 'step.started', step, effect, command: `do ${step}` };
}

export function finished(step: string, ok = true): RunEvent {
  return { type: 'step.finished', step, ok, summary: ok ? 'exit 0' : 'exit 1', durationMs: 3 };
}

export function callFinished(call: string, toolUseId: string, text: string): RunEvent {
  return {
    type: 'call.finished',
    call,
    toolUseId,
    tool: 'Bash',
    input: { command: 'true' },
    ok: true,
    text,
    refused: false,
    durationMs: 4,
  };
}

/** Every kind of trouble that words can hold. */
export const AWKWARD_TEXT = 'a\u2028b\u2029c\n"hash":"\ud800 \u0000 grün 🜁 ,"hash":"';

export function scriptRun(run: string, turns: readonly ScriptedTurn[]): RunEvent[] {
  const events: RunEvent[] = [
    openedEvent(run),
    { type: 'step.started', step: 'P1', effect: 'observe', command: 'df -P' },
    { type: 'step.finished', step: 'P1', ok: true, summary: 'exit 0', durationMs: 9 },
    promptEvent(AWKWARD_TEXT),
  ];
  let callNumber = 0;
  turns.forEach((turn, index) => {
    const number = index + 1;
    if (turn.isReduced) events.push(reduced());
    events.push({ type: 'model.requested', turn: number, model: 'scripted', reservedUsd: 0.1 });
    for (let attempt = 1; attempt <= turn.failures; attempt++) events.push(failed(attempt));
    const uses = turn.calls.map((_, at) => toolUse(`toolu_${callNumber + at + 1}`, `call ${number}.${at}`));
    const text: Block[] = turn.text === '' && uses.length > 0 ? [] : [{ type: 'text', text: turn.text }];
    events.push(repliedEvent(number, [...text, ...uses]));
    if (uses.length === 0) {
      const message = { role: 'user' as const, content: [{ type: 'text' as const, text: turn.objection }] };
      events.push({ type: 'message.added', message });
    }
    events.push(...interleave(turn.calls, uses, callNumber));
    callNumber += uses.length;
  });
  return events;
}

/** Calls that may run beside each other start together and end in the other order. */
function interleave(
  calls: readonly ScriptedCall[],
  uses: readonly ToolUseBlock[],
  before: number,
): RunEvent[] {
  const events: RunEvent[] = [];
  let beside: RunEvent[] = [];
  calls.forEach((call, at) => {
    const id = `C${before + at + 1}`;
    const result = callFinished(id, uses[at]?.id ?? '', `${AWKWARD_TEXT} ${id}`);
    if (!call.isParallel) {
      events.push(...beside);
      beside = [];
    }
    const effect = call.isParallel ? 'observe' : 'reversible';
    const names = Array.from({ length: call.steps }, (_, step) => (step === 0 ? id : `${id}.${step}`));
    if (call.isParallel) {
      events.push(...names.map((name) => started(name, effect)));
      beside = [...names.map((name) => finished(name, call.ok)), result, ...beside];
    } else {
      events.push(...names.flatMap((name) => [started(name, effect), finished(name, call.ok)]), result);
    }
  });
  return [...events, ...beside];
}

function reduced(): RunEvent {
  return {
    type: 'context.reduced',
    method: 'summarise',
    droppedBytes: 1000,
    usage: NO_USAGE,
    costUsd: 0,
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'Look at the disks.' }] },
      { role: 'assistant', content: [toolUse('old')] },
      {
        role: 'user',
        content: [{ type: 'tool_result', toolUseId: 'old', content: 'left out', isError: false }],
      },
    ],
  };
}

function failed(attempt: number): RunEvent {
  return {
    type: 'model.failed',
    model: 'scripted',
    class: 'retry',
    status: 529,
    message: 'overloaded',
    resumeAt: null,
    attempt,
    usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
    costUsd: null,
  };
}
