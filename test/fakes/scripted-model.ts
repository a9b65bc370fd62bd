import { setTimeout as sleep } from 'node:timers/promises';
import { classifyStatus } from '../../src/models/failure.ts';
import { createReplyDraft, type ReplyDraft } from '../../src/models/reply-draft.ts';
import type {
  FailureClass,
  ModelFailure,
  ModelPort,
  ModelReply,
  ModelRequest,
  StopReason,
} from '../../src/protocol/model.ts';
import {
  chooseStep,
  chooseTurn,
  type Script,
  type Step,
  type Turn,
  type WireRequest,
} from '../wire/script.ts';

export interface ScriptedModel extends ModelPort {
  /** As they were asked, in order. */
  requests: ModelRequest[];
}

/**
 * A model in process, from the scripts that the loopback servers take. It passes the same contract suite as the real
 * vendors. `idleMs`: how long it lets a hanging turn hang.
 */
export function createScriptedModel(
  script: Script,
  options: { idleMs?: number; place?: ModelPort['place'] } = {},
): ScriptedModel {
  const requests: ModelRequest[] = [];
  const seen = new Map<Step, number>();

  async function complete(request: ModelRequest): Promise<ModelReply | ModelFailure> {
    const startedAt = performance.now();
    requests.push({ ...request, messages: structuredClone(request.messages) });
    const wire = wireRequest(request, requests.length - 1);
    const turn = await turnFor(script, wire, seen);
    const draft = createReplyDraft({
      idPrefix: `call_${request.messages.length}`,
      now: () => performance.now(),
      ...(request.onDelta === undefined ? {} : { onDelta: request.onDelta }),
    });
    const bytes = JSON.stringify(request.messages).length;
    const fail = (kind: FailureClass, text: string, more: Partial<ModelFailure> = {}): ModelFailure => ({
      ok: false,
      class: kind,
      status: null,
      message: `${request.model} at ${ENDPOINT}: ${text}`,
      resumeAt: null,
      usage: draft.usage(bytes),
      durationMs: performance.now() - startedAt,
      ...more,
    });
    try {
      const cut = await play(turn, wire, draft, request.signal, options.idleMs ?? 60_000);
      if (cut?.class === 'status') {
        const headers = new Map(new Headers(turn.headers));
        const body = typeof turn.body === 'string' ? turn.body : JSON.stringify(turn.body ?? {});
        const { text, ...found } = classifyStatus({ status: turn.status ?? 500, headers, body }, Date.now());
        return fail(found.class, text, found);
      }
      if (cut !== null) return fail(cut.class, cut.text);
    } catch {
      // Only an aborted sleep rejects.
      return fail('aborted', 'given up by steward');
    }
    const finished = draft.finish();
    if ('broken' in finished) return fail('broken-reply', finished.broken);
    return {
      ok: true,
      model: request.model,
      ...finished,
      usage: draft.usage(bytes),
      durationMs: performance.now() - startedAt,
      firstTokenMs: (draft.firstContentAt() ?? startedAt) - startedAt,
    };
  }

  return {
    vendor: 'openai-compatible',
    place: options.place ?? 'local',
    endpoint: ENDPOINT,
    complete,
    requests,
  };
}

const ENDPOINT = 'script';

type Cut = { class: FailureClass | 'status'; text: string } | null;

async function play(
  turn: Turn,
  wire: WireRequest,
  draft: ReplyDraft,
  signal: AbortSignal | undefined,
  idleMs: number,
): Promise<Cut> {
  const pause = (ms: number) => sleep(ms, undefined, signal === undefined ? {} : { signal });
  const hang = async (text: string): Promise<Cut> => {
    await pause(idleMs);
    return { class: 'broken-reply', text };
  };
  await pause(turn.delayMs ?? 0);
  if (turn.fault === 'hang') return hang('did not answer');
  if (turn.fault === 'status') return { class: 'status', text: '' };
  if (turn.fault === 'reset' && turn.afterStart !== true) return { class: 'retry', text: 'connection reset' };
  if (turn.fault === 'garbage') return { class: 'broken-reply', text: 'no reply in it' };
  const usage = { input: 100, output: 20, cacheRead: 0, cacheWrite: 0, ...turn.usage };
  const isPart = turn.fault !== undefined && !['slow', 'no-done', 'open-end'].includes(turn.fault);
  for (const [say, text] of [
    ['thinking', turn.thinking ?? ''],
    ['text', turn.text ?? ''],
  ] as const) {
    for (const piece of text.match(new RegExp(`[^]{1,${turn.chunkChars ?? 16}}`, 'gu')) ?? []) {
      draft[say](piece);
      if (turn.chunkDelayMs !== undefined) await pause(turn.chunkDelayMs);
      if (isPart && turn.fault !== 'half-tool-call') break;
    }
  }
  if (turn.fault === 'silent-after-start') return hang('fell silent');
  if (turn.fault === 'stream-error') return { class: 'retry', text: 'overloaded' };
  for (const [i, call] of (turn.toolCalls ?? []).entries()) {
    draft.toolStart(i, `call_${wire.assistantMessages}_${i}`, call.name);
    const json = call.rawInput ?? JSON.stringify(call.input ?? {});
    draft.toolArguments(i, isPart ? json.slice(0, json.length / 2) : json);
  }
  if (isPart) return null;
  draft.noteUsage({
    inputTokens: usage.input,
    outputTokens: usage.output,
    cacheReadTokens: usage.cacheRead,
    cacheWriteTokens: usage.cacheWrite,
  });
  // Scripts use Anthropic's words, which are ours but for two that no script uses.
  draft.stop((turn.stopReason as StopReason | undefined) ?? 'end_turn');
  return null;
}

async function turnFor(script: Script, wire: WireRequest, seen: Map<Step, number>): Promise<Turn> {
  if (typeof script === 'function') return await script(wire, wire.n);
  const step = chooseStep(script, wire);
  if (step !== undefined) return chooseTurn(step, seen);
  return {
    fault: 'status',
    status: 400,
    body: { error: { message: `the script has no turn ${wire.assistantMessages}` } },
  };
}

function wireRequest(request: ModelRequest, n: number): WireRequest {
  const blocks = request.messages.flatMap((message) => message.content);
  const last = request.messages.at(-1)?.content ?? [];
  return {
    n,
    at: Date.now(),
    method: 'POST',
    path: '/',
    headers: {},
    body: { model: request.model, system: request.system, messages: request.messages, tools: request.tools },
    bodyBytes: JSON.stringify(request.messages).length,
    assistantMessages: request.messages.filter((message) => message.role === 'assistant').length,
    toolResults: blocks.filter((block) => block.type === 'tool_result').length,
    toolNames: request.tools.map((tool) => tool.name),
    systemText: request.system.map((part) => part.text).join('\n'),
    lastText: last
      .map((block) =>
        block.type === 'text' ? block.text : block.type === 'tool_result' ? block.content : '',
      )
      .join('\n'),
  };
}
