import type { ModelPort, StopReason } from '../protocol/model.ts';
import { runExchange, type VendorOptions } from './exchange.ts';
import { StreamFault } from './failure.ts';
import { callSeal, type DialectTraits, openaiBody } from './openai-request.ts';
import { parseEvent, readEvents } from './read-events.ts';
import type { ReplyDraft } from './reply-draft.ts';

export interface OpenaiOptions extends VendorOptions {
  place: 'local' | 'cloud';
  traits: DialectTraits;
}

/**
 * Any server that speaks OpenAI's chat completions: DeepSeek, Gemini's compatible endpoint, vLLM, LM Studio,
 * llama.cpp. Own requests and SSE; lenient in what it takes, strict about what it makes of it.
 */
export function createOpenaiCompatible(options: OpenaiOptions): ModelPort {
  return {
    vendor: 'openai-compatible',
    place: options.place,
    endpoint: options.endpoint,
    complete: (request) =>
      runExchange(options, request, async (exchange) => {
        const headers = {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          ...(options.apiKey === null ? {} : { authorization: `Bearer ${options.apiKey}` }),
        };
        const sent = JSON.stringify(openaiBody(request, options.traits));
        const body = await exchange.post(`${options.endpoint}/chat/completions`, headers, sent);
        const seen: Seen = { lastKey: '', lastIndex: null, hasFinished: false };
        await readEvents(body, (data) => takeData(data, exchange.draft, seen));
      }),
  };
}

interface Seen {
  /** Call of the newest delta, for servers that give neither index nor id with the rest of it. */
  lastKey: string;
  lastIndex: number | null;
  hasFinished: boolean;
}

const STOP_REASONS: Record<string, StopReason> = {
  stop: 'end_turn',
  eos: 'end_turn',
  tool_calls: 'tool_use',
  function_call: 'tool_use',
  length: 'max_tokens',
  content_filter: 'refusal',
};

function takeData(data: string, draft: ReplyDraft, seen: Seen): void {
  if (data.trim() === '[DONE]') {
    // Some servers leave the finish reason out; the mark says that all was sent.
    if (!seen.hasFinished && draft.hasContent()) draft.stop('end_turn');
    return;
  }
  const chunk = recordOf(parseEvent(data));
  if (chunk.error !== undefined && chunk.error !== null) throw faultOf(chunk.error);
  const usage = recordOf(chunk.usage);
  if (typeof usage.prompt_tokens === 'number') noteUsage(usage, draft);
  const choice = recordOf(listOf(chunk.choices)[0]);
  const delta = recordOf(choice.delta ?? choice.message);
  // DeepSeek and vLLM say reasoning_content, others reasoning.
  const thinking = textOf(delta.reasoning_content) || textOf(delta.reasoning);
  if (thinking !== '') draft.thinking(thinking);
  draft.text(textOf(delta.content));
  for (const call of listOf(delta.tool_calls)) takeCall(recordOf(call), draft, seen);
  const finish = choice.finish_reason;
  if (typeof finish !== 'string' || finish === '') return;
  seen.hasFinished = true;
  draft.stop(STOP_REASONS[finish] ?? 'end_turn');
}

function takeCall(call: Record<string, unknown>, draft: ReplyDraft, seen: Seen): void {
  const fn = recordOf(call.function);
  const id = textOf(call.id);
  const name = textOf(fn.name);
  const key = keyOf(call, id, name, draft, seen);
  seen.lastKey = key;
  const seal = textOf(recordOf(recordOf(call.extra_content).google).thought_signature);
  if (seal !== '' && id !== '') draft.seal(callSeal(id, seal));
  draft.toolStart(key, id || undefined, name || undefined);
  const args = fn.arguments;
  if (typeof args === 'string') draft.toolArguments(key, args);
  else if (typeof args === 'object' && args !== null) draft.toolArguments(key, JSON.stringify(args));
}

/**
 * Which call a delta belongs to: the index by the book. Without one, a name begins a new call. Some servers give
 * every whole call the index 0: a different id there is a different call.
 */
function keyOf(
  call: Record<string, unknown>,
  id: string,
  name: string,
  draft: ReplyDraft,
  seen: Seen,
): string {
  const index = call.index;
  if (typeof index === 'number') {
    const key = `i${index}`;
    const known = draft.callId(key);
    if (id === '' && index === seen.lastIndex) return seen.lastKey;
    seen.lastIndex = index;
    return id !== '' && known !== undefined && known !== '' && known !== id ? `d${id}` : key;
  }
  if (id !== '') return `d${id}`;
  return name === '' && seen.lastKey !== '' ? seen.lastKey : `n${draft.callCount()}`;
}

function noteUsage(usage: Record<string, unknown>, draft: ReplyDraft): void {
  const prompt = numberOf(usage.prompt_tokens);
  const details = recordOf(usage.prompt_tokens_details);
  // OpenAI and Google count cached tokens inside the prompt; DeepSeek names them beside it as well.
  const cached = Math.min(prompt, numberOf(details.cached_tokens ?? usage.prompt_cache_hit_tokens));
  draft.noteUsage({
    inputTokens: prompt - cached,
    cacheReadTokens: cached,
    outputTokens: numberOf(usage.completion_tokens),
  });
}

function faultOf(error: unknown): StreamFault {
  if (typeof error === 'string') return new StreamFault('error', error);
  const { type, code, message } = recordOf(error);
  return new StreamFault(String(type ?? code ?? 'error'), textOf(message) || JSON.stringify(error));
}

function recordOf(value: unknown): Record<string, unknown> {
  // An object read from JSON has string keys; what is under them stays unknown.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
