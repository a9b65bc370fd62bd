/**
 * What a scripted model says. A script is stateless by default: the turn is chosen from what the request holds, so
 * that a run which was killed and resumed, or a second process, continues at the right place.
 */
export type Dialect = 'anthropic' | 'ollama' | 'openai';

export interface ScriptedCall {
  name: string;
  input?: unknown;
  /** Sent as the arguments as it stands, JSON or not. */
  rawInput?: string;
}

export interface ScriptedUsage {
  input?: number;
  output?: number;
  cacheRead?: number;
  cacheWrite?: number;
}

/** All conditions given must hold. */
export interface Condition {
  /** Exactly so many tool results in the request. */
  toolResults?: number;
  /** At least so many; of several such steps the one with the highest number wins. */
  after?: { toolResults: number };
  /** In the system text or in any text of the last message. */
  contains?: string;
}

export const FAULTS = [
  'hang', // takes the request, never answers
  'reset', // TCP reset; with `afterStart` in the middle of the reply
  'status', // an HTTP error: `status`, `headers`, `body`
  'garbage', // status 200 and bytes that are no reply
  'slow', // the whole reply, a few bytes at a time
  'close-early', // a clean end in the middle of the text
  'half-tool-call', // a clean end in the middle of a tool call's arguments
  'no-done', // all but the last mark of the dialect
  'open-end', // the whole reply, and then the connection stays open
  'silent-after-start', // some text, then nothing, connection open
  'stream-error', // some text, then the dialect's error event
] as const;
export type FaultName = (typeof FAULTS)[number];

/** What some servers do otherwise than the original. */
export type Quirk = 'no-ids' | 'object-arguments' | 'whole-arguments' | 'no-usage' | 'no-index' | 'crlf';

export interface Turn {
  text?: string;
  thinking?: string;
  toolCalls?: ScriptedCall[];
  usage?: ScriptedUsage;
  /** In Anthropic's words; made from the content when absent. */
  stopReason?: string;
  /** Before the first byte. */
  delayMs?: number;
  /** Between two pieces of the stream. */
  chunkDelayMs?: number;
  /** Characters of text in one piece; default 16. */
  chunkChars?: number;
  quirks?: Quirk[];
  fault?: FaultName;
  status?: number;
  headers?: Record<string, string>;
  /** A string is sent as it is, anything else as JSON; absent: the dialect's own error body. */
  body?: unknown;
  afterStart?: boolean;
}

/** `attempts`: the first request that comes to this step gets the first, the next the second, …; the last repeats. */
export type Step = (Turn | { attempts: Turn[] }) & { when?: Condition };

export type Script = Step[] | ((request: WireRequest, n: number) => Turn | Promise<Turn>);

/** A request as the server saw it, with what scripts and tests want to know about it. */
export interface WireRequest {
  /** From 0, over the life of the server. */
  n: number;
  at: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Record<string, unknown>;
  bodyBytes: number;
  assistantMessages: number;
  toolResults: number;
  toolNames: string[];
  systemText: string;
  lastText: string;
}

/** The step for a request, or undefined when the script has none. */
export function chooseStep(script: readonly Step[], request: WireRequest): Step | undefined {
  const conditional = script
    .filter((step) => step.when !== undefined && holds(step.when, request))
    .sort((a, b) => (b.when?.after?.toolResults ?? -1) - (a.when?.after?.toolResults ?? -1));
  if (conditional[0] !== undefined) return conditional[0];
  return script.filter((step) => step.when === undefined)[request.assistantMessages];
}

function holds(when: Condition, request: WireRequest): boolean {
  if (when.toolResults !== undefined && request.toolResults !== when.toolResults) return false;
  if (when.after !== undefined && request.toolResults < when.after.toolResults) return false;
  if (when.contains !== undefined) {
    return request.systemText.includes(when.contains) || request.lastText.includes(when.contains);
  }
  return true;
}

/** The turn of a step; `seen` counts how often each step was asked for. */
export function chooseTurn(step: Step, seen: Map<Step, number>): Turn {
  const before = seen.get(step) ?? 0;
  seen.set(step, before + 1);
  if (!('attempts' in step)) return step;
  return step.attempts[Math.min(before, step.attempts.length - 1)] ?? {};
}

/** Counts what a request body of any dialect holds. */
export function describeBody(
  body: Record<string, unknown>,
): Pick<WireRequest, 'assistantMessages' | 'toolResults' | 'toolNames' | 'systemText' | 'lastText'> {
  const messages = listOf(body.messages);
  const system = [body.system, ...messages.filter((m) => m.role === 'system').map((m) => m.content)];
  const blocks = messages.flatMap((m) => (Array.isArray(m.content) ? listOf(m.content) : []));
  return {
    assistantMessages: messages.filter((m) => m.role === 'assistant').length,
    toolResults:
      blocks.filter((b) => b.type === 'tool_result').length +
      messages.filter((m) => m.role === 'tool').length,
    toolNames: listOf(body.tools).map((t) => String(t.name ?? recordOf(t.function).name)),
    systemText: system.map(textOf).join('\n'),
    lastText: textOf(messages.at(-1)?.content),
  };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .map((block) => textOf(block.text ?? block.content))
    .join('\n');
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
