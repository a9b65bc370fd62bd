import type { Message, ToolResultBlock, ToolUseBlock } from '../protocol/message.ts';
import type { Call } from '../protocol/tool.ts';

/**
 * Makes room in a conversation. Never touched: the first message (goal, request, target, findings), the newest
 * turns, and everything about calls that may have changed something. First old tool output goes, then the older
 * turns give way to a summary.
 */

/** Turns at the end that stay as they are. */
const KEPT_TURNS = 3;
/** Shorter results are not worth leaving out. */
const PRUNE_FROM_BYTES = 400;

export interface Reduction {
  messages: Message[];
  droppedBytes: number;
}

/** Four characters a token is the field's rule of thumb; it errs on the high side for prose. */
export function estimateTokens(parts: readonly unknown[]): number {
  return Math.ceil(jsonLength(parts) / 4);
}

/** Messages never change, and each is counted anew before every request: a long conversation is not written out again. */
const knownLengths = new WeakMap<object, number>();

/** Of a list of lists, the same as `JSON.stringify(value).length`. */
function jsonLength(value: unknown): number {
  if (Array.isArray(value)) {
    const commas = Math.max(0, value.length - 1);
    return value.reduce<number>((sum, item) => sum + jsonLength(item), 2 + commas);
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value).length;
  let length = knownLengths.get(value);
  if (length === undefined) {
    length = JSON.stringify(value).length;
    knownLengths.set(value, length);
  }
  return length;
}

export function pruneOldOutput(
  messages: readonly Message[],
  isObserveOnly: (call: Call) => boolean,
): Reduction {
  const protectedIds = idsOfEffects(messages, isObserveOnly);
  const border = borderOf(messages);
  let droppedBytes = 0;
  const pruned = messages.map((message, index) => {
    if (index === 0 || index >= border || message.role === 'assistant') return message;
    const content = message.content.map((block) => {
      if (block.type !== 'tool_result' || protectedIds.has(block.toolUseId)) return block;
      if (block.content.length < PRUNE_FROM_BYTES) return block;
      droppedBytes += block.content.length;
      return {
        ...block,
        content: `[${block.content.length} bytes of old output left out; call again if needed]`,
      };
    });
    return { ...message, content };
  });
  return { messages: pruned, droppedBytes };
}

/**
 * The part that a summary may replace, or null when there is none worth it. `kept` starts with the first message,
 * continues after the border, and carries the results of effects verbatim.
 */
export function splitForSummary(
  messages: readonly Message[],
  isObserveOnly: (call: Call) => boolean,
): { old: Message[]; effects: string[]; recent: Message[] } | null {
  const border = borderOf(messages);
  if (border < 3) return null;
  const old = messages.slice(1, border);
  const protectedIds = idsOfEffects(messages, isObserveOnly);
  const effects = old.flatMap((message) =>
    message.content.flatMap((block) => describeEffect(block as ToolResultBlock, old, protectedIds)),
  );
  return { old, effects, recent: messages.slice(border) };
}

export function joinSummary(
  first: Message,
  summary: string,
  effects: readonly string[],
  recent: readonly Message[],
): Message[] {
  const kept =
    effects.length === 0 ? '' : `\n\nWhat was done to the system so far, verbatim:\n${effects.join('\n')}`;
  const text = `Summary of the work so far (older turns were left out to make room):\n${summary}${kept}`;
  return [{ role: 'user', content: [...first.content, { type: 'text', text }] }, ...recent];
}

/** Index of the first message of the newest turns: always an assistant message, so that roles alternate. */
function borderOf(messages: readonly Message[]): number {
  const turns = messages.flatMap((message, index) =>
    message.role === 'assistant' && index > 0 ? [index] : [],
  );
  return turns.at(-KEPT_TURNS) ?? 1;
}

function idsOfEffects(messages: readonly Message[], isObserveOnly: (call: Call) => boolean): Set<string> {
  const uses = messages.flatMap((message) =>
    message.content.filter((block): block is ToolUseBlock => block.type === 'tool_use'),
  );
  const effects = uses.filter(
    (use) => !isObserveOnly({ id: use.id, toolUseId: use.id, name: use.name, input: use.input }),
  );
  return new Set(effects.map((use) => use.id));
}

function describeEffect(
  block: ToolResultBlock,
  old: readonly Message[],
  protectedIds: Set<string>,
): string[] {
  if (block.type !== 'tool_result' || !protectedIds.has(block.toolUseId)) return [];
  const use = old
    .flatMap((message) => message.content)
    .find((candidate) => candidate.type === 'tool_use' && candidate.id === block.toolUseId);
  const asked = use?.type === 'tool_use' ? `${use.name} ${JSON.stringify(use.input)}` : block.toolUseId;
  return [`- ${asked}\n  → ${block.content}`];
}
