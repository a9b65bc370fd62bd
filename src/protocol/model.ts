import type { Block, Message, SystemPart } from './message.ts';

export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema of the arguments, draft 2020-12. */
  inputSchema: Record<string, unknown>;
}

export interface ModelRequest {
  model: string;
  system: readonly SystemPart[];
  messages: readonly Message[];
  tools: readonly ToolSpec[];
  maxOutputTokens: number;
  /** JSON Schema the final text must follow, for vendors that can hold a model to it. */
  outputSchema?: Record<string, unknown>;
  signal?: AbortSignal;
  onDelta?: (delta: ModelDelta) => void;
}

export type ModelDelta = { type: 'text'; text: string } | { type: 'thinking'; text: string };

export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
}

export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
  };
}

/** `interrupted`: by the operator, in the middle of its text. */
export type StopReason = 'end_turn' | 'tool_use' | 'max_tokens' | 'refusal' | 'stop_sequence' | 'interrupted';

export interface ModelReply {
  ok: true;
  model: string;
  content: Block[];
  stopReason: StopReason;
  usage: Usage;
  durationMs: number;
  /** To the first streamed content. */
  firstTokenMs: number;
}

/** What a failed request needs before it can be tried again. */
export type FailureClass =
  | 'retry' // network error, 408, 409, 5xx, 529: again soon
  | 'wait' // 429 with or without a time: again at `resumeAt`
  | 'money' // credit used up
  | 'login' // 401, 403: a person must act
  | 'bad-request' // 400, 404, 413: will never succeed as it is
  | 'broken-reply' // the stream ended early, was not parseable, or fell silent
  | 'aborted'; // by us

export interface ModelFailure {
  ok: false;
  class: FailureClass;
  /** HTTP status, when there was one. */
  status: number | null;
  /** One line, already masked. */
  message: string;
  /** Milliseconds since the epoch, when the server said when. */
  resumeAt: number | null;
  /** With `bad-request`: the conversation does not fit the model; a shorter one may. */
  isPromptTooLong?: boolean;
  /** Tokens that were spent although there is no reply; estimated when the server did not come to say. */
  usage: Usage;
  durationMs: number;
}

/** A vendor. Failures are values: `complete` never throws and always settles once its signal aborts. */
export interface ModelPort {
  readonly vendor: 'anthropic' | 'ollama' | 'openai-compatible' | 'none';
  /** Where requests go: decides egress and what the status line says. */
  readonly place: 'cloud' | 'local' | 'none';
  readonly endpoint: string;
  complete(request: ModelRequest): Promise<ModelReply | ModelFailure>;
}

/** What a model can hold and costs. */
export interface ModelCard {
  model: string;
  contextTokens: number;
  maxOutputTokens: number;
  /** US dollars per million tokens; null when the price is not known. All zero for a local model. */
  price: { input: number; output: number; cacheRead: number; cacheWrite: number } | null;
}
