import { parseShallowJson } from '../lib/shallow-json.ts';
import type { Block, ToolUseBlock } from '../protocol/message.ts';
import type { ModelDelta, StopReason, Usage } from '../protocol/model.ts';
import { NO_USAGE } from '../protocol/model.ts';

/**
 * A reply while it streams in, the same for every vendor. What it refuses: to make a tool call of arguments that
 * were cut off, and to call a stream without an end a reply.
 */
export interface ReplyDraft {
  text(text: string): void;
  thinking(text: string): void;
  /** The vendor's seal on the thinking before it. */
  seal(signature: string): void;
  /** `key` tells the calls of one reply apart; a second start of a key adds what the first left out. */
  toolStart(key: string | number, id: string | undefined, name: string | undefined): void;
  toolArguments(key: string | number, json: string): void;
  /** How many calls there are, and the id of one; undefined when it has not begun. */
  callCount(): number;
  callId(key: string | number): string | undefined;
  noteUsage(usage: Partial<Usage>): void;
  stop(reason: StopReason): void;
  /** Content came: from here on tokens were spent. */
  hasContent(): boolean;
  firstContentAt(): number | null;
  /** Usage so far; what the server did not say is estimated from the bytes, four to a token. */
  usage(requestBytes: number): Usage;
  /** No deltas are given after this. */
  finish(): { content: Block[]; stopReason: StopReason } | { broken: string };
  close(): void;
}

type Part =
  | { type: 'text'; text: string }
  | { type: 'thinking'; text: string; signature: string }
  | { type: 'tool'; key: string | number; id: string; name: string; json: string };

const BYTES_PER_TOKEN = 4;

export function createReplyDraft(options: {
  /** For calls that come without an id; unique in the conversation. */
  idPrefix: string;
  now: () => number;
  onDelta?: (delta: ModelDelta) => void;
  /** The server said that the reply is whole. Once. */
  onStop?: () => void;
}): ReplyDraft {
  const parts: Part[] = [];
  const noted: Partial<Usage> = {};
  let stopReason: StopReason | null = null;
  let firstAt: number | null = null;
  let characters = 0;
  let isClosed = false;

  function begin(length: number): void {
    firstAt ??= options.now();
    characters += length;
  }
  function emit(delta: ModelDelta): void {
    if (!isClosed) options.onDelta?.(delta);
  }
  function toolOf(key: string | number): Part & { type: 'tool' } {
    for (const part of parts) if (part.type === 'tool' && part.key === key) return part;
    const part = { type: 'tool' as const, key, id: '', name: '', json: '' };
    parts.push(part);
    return part;
  }

  return {
    text(text) {
      if (text === '') return;
      begin(text.length);
      const last = parts.at(-1);
      if (last?.type === 'text') last.text += text;
      else parts.push({ type: 'text', text });
      emit({ type: 'text', text });
    },
    thinking(text) {
      begin(text.length);
      const last = parts.at(-1);
      if (last?.type === 'thinking' && last.signature === '') last.text += text;
      else parts.push({ type: 'thinking', text, signature: '' });
      if (text !== '') emit({ type: 'thinking', text });
    },
    seal(signature) {
      const last = parts.at(-1);
      if (last?.type === 'thinking') last.signature += signature;
      else parts.push({ type: 'thinking', text: '', signature });
    },
    toolStart(key, id, name) {
      begin(0);
      const part = toolOf(key);
      part.id ||= id ?? '';
      part.name ||= name ?? '';
    },
    toolArguments(key, json) {
      begin(json.length);
      toolOf(key).json += json;
    },
    callCount: () => parts.filter((part) => part.type === 'tool').length,
    callId: (key) => parts.flatMap((part) => (part.type === 'tool' && part.key === key ? [part.id] : []))[0],
    noteUsage(usage) {
      Object.assign(noted, usage);
    },
    stop(reason) {
      if (stopReason === null) options.onStop?.();
      stopReason = reason;
    },
    hasContent: () => firstAt !== null,
    firstContentAt: () => firstAt,
    usage(requestBytes) {
      if (firstAt === null && noted.inputTokens === undefined) return { ...NO_USAGE };
      const output = Math.ceil(characters / BYTES_PER_TOKEN);
      return {
        inputTokens: noted.inputTokens ?? Math.ceil(requestBytes / BYTES_PER_TOKEN),
        // While it streams, the server's count lags behind what has already been sent.
        outputTokens:
          stopReason === null ? Math.max(noted.outputTokens ?? 0, output) : (noted.outputTokens ?? output),
        cacheReadTokens: noted.cacheReadTokens ?? 0,
        cacheWriteTokens: noted.cacheWriteTokens ?? 0,
      };
    },
    finish() {
      if (stopReason === null) return { broken: 'the reply broke off before its end' };
      return settle(parts, stopReason, options.idPrefix);
    },
    close() {
      isClosed = true;
    },
  };
}

function settle(
  parts: readonly Part[],
  stopReason: StopReason,
  idPrefix: string,
): { content: Block[]; stopReason: StopReason } | { broken: string } {
  const content: Block[] = [];
  for (const [i, part] of parts.entries()) {
    if (part.type === 'text') content.push(part);
    if (part.type === 'thinking') content.push(thinkingBlock(part));
    if (part.type !== 'tool') continue;
    const isLast = i === parts.length - 1;
    const parsed = parseArguments(part.json);
    // The limit of output tokens cut it: what is there of the arguments must never run.
    if (stopReason === 'max_tokens' && isLast && (part.json === '' || parsed === undefined)) continue;
    if (part.name === '') return { broken: 'a tool call came without the name of a tool' };
    content.push(toolBlock(part, parsed, `${idPrefix}_${i}`));
  }
  const hasCall = content.some((block) => block.type === 'tool_use');
  if (stopReason === 'max_tokens' && content.length === 0 && parts.length > 0) {
    return { broken: 'the limit of output tokens was reached in the middle of a tool call' };
  }
  if (stopReason === 'tool_use' && !hasCall) {
    return content.length === 0
      ? { broken: 'a tool call was announced and none came' }
      : { content, stopReason: 'end_turn' };
  }
  // Ollama and several OpenAI-compatible servers say "stop" after tool calls.
  return { content, stopReason: hasCall && stopReason === 'end_turn' ? 'tool_use' : stopReason };
}

function thinkingBlock(part: { text: string; signature: string }): Block {
  const block = { type: 'thinking' as const, text: part.text };
  return part.signature === '' ? block : { ...block, signature: part.signature };
}

function toolBlock(part: Part & { type: 'tool' }, parsed: object | undefined, id: string): ToolUseBlock {
  const head = { type: 'tool_use' as const, id: part.id === '' ? id : part.id, name: part.name };
  return parsed === undefined ? { ...head, input: {}, brokenInput: part.json } : { ...head, input: parsed };
}

/** An object, or undefined. Some servers encode the arguments twice. */
function parseArguments(json: string): object | undefined {
  if (json.trim() === '') return {};
  try {
    let value = parseShallowJson(json);
    if (typeof value === 'string') value = parseShallowJson(value);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    // Not JSON: the model is told, with the text as it came.
    return undefined;
  }
}
