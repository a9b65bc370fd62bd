import type { RunEvent } from '../../protocol/event.ts';
import type { Call, FinishedCall } from './item.ts';
import type { Transcript } from './state.ts';
import { add, addOpenable } from './transcript.ts';
import { insideFence, unfence } from './unfence.ts';

type Event<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** Lines of a result that are shown under its call. */
const PREVIEW_LINES = 12;
/** More than this is read from the log again when somebody opens it. */
const MOST_KEPT_CHARS = 64 * 1024;

export function decideStep(transcript: Transcript, event: Event<'step.decided'>): Transcript {
  if (event.origin !== 'tool') return transcript;
  const { id, isMain } = callOf(event.step);
  // A file is read before it is written: only a refusal of that is worth telling.
  if (!isMain && event.decision === 'allow') return transcript;
  return upsert(transcript, id, {
    command: event.command,
    effect: event.effect,
    target: event.target.kind === 'none' ? null : event.target.name,
    rule: event.rule,
    ...(event.decision === 'refuse' ? { reason: event.reason } : {}),
  });
}

export function startStep(transcript: Transcript, event: Event<'step.started'>, at: number): Transcript {
  const { id, isMain } = callOf(event.step);
  if (!isMain || !transcript.calls.some((call) => call.id === id)) return transcript;
  return upsert(transcript, id, { startedAt: Number.isFinite(at) ? at : null });
}

export function finishStep(transcript: Transcript, event: Event<'step.finished'>): Transcript {
  const { id, isMain } = callOf(event.step);
  if (!isMain || !transcript.calls.some((call) => call.id === id)) return transcript;
  return upsert(transcript, id, { summary: event.summary });
}

export function finishCall(
  transcript: Transcript,
  event: Event<'call.finished'>,
  seq: number | null,
): Transcript {
  const running = transcript.calls.find(({ id }) => id === event.call) ?? newCall(event.call);
  const calls = transcript.calls.filter(({ id }) => id !== event.call);
  const rest = { ...transcript, calls };
  // What it handed in is shown as the report, and what it did as the end of the change.
  if ((event.tool === 'Report' || event.tool === 'Change') && event.ok) return rest;
  const isChange = (event.tool === 'Edit' || event.tool === 'Write') && event.ok;
  const text = isChange ? insideFence(event.text) : unfence(event.text);
  const lines = text.split('\n');
  const call: FinishedCall = {
    ...running,
    tool: event.tool,
    input: event.input,
    output: '',
    result: event.refused ? 'refused' : event.ok ? 'ok' : 'failed',
    durationMs: event.durationMs,
    preview: lines.slice(0, PREVIEW_LINES).join('\n'),
    hiddenLines: Math.max(0, lines.length - PREVIEW_LINES),
  };
  const title = running.command ?? event.tool;
  return addOpenable(add(rest, { kind: 'call', call }), {
    title,
    kind: isChange ? 'diff' : 'output',
    text: text.length > MOST_KEPT_CHARS && seq !== null ? null : text,
    seq,
  });
}

/** The run has ended, and of these nobody knows how they went. */
export function leaveCalls(transcript: Transcript): Transcript {
  let next: Transcript = { ...transcript, calls: [], steps: [] };
  for (const call of transcript.calls) {
    const left = { ...call, output: '', result: 'unknown' as const, durationMs: 0, preview: '' };
    next = add(next, { kind: 'call', call: { ...left, hiddenLines: 0 } });
  }
  return next;
}

/** `C3.before` is a step of the call `C3`. */
function callOf(step: string): { id: string; isMain: boolean } {
  const [id = step, part] = step.split('.');
  return { id, isMain: part === undefined };
}

export function upsert(transcript: Transcript, id: string, change: Partial<Call>): Transcript {
  const known = transcript.calls.some((call) => call.id === id);
  const calls = known
    ? transcript.calls.map((call) => (call.id === id ? { ...call, ...change } : call))
    : [...transcript.calls, { ...newCall(id), ...change }];
  return { ...transcript, calls };
}

function newCall(id: string): Call {
  return {
    id,
    tool: '',
    input: null,
    command: null,
    effect: null,
    target: null,
    rule: null,
    reason: null,
    startedAt: null,
    output: '',
    summary: null,
  };
}
