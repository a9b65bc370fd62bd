import type { EventSink } from '../protocol/event.ts';
import type { Clock } from '../protocol/machine.ts';
import type { ModelCard, ModelDelta, ModelPort, ToolSpec } from '../protocol/model.ts';
import type { Call, CallResult } from '../protocol/tool.ts';

/** What the loop needs of the world. It touches nothing else, so a test drives it with a scripted model. */
export interface LoopPorts {
  /** Retries and fall-backs happen inside; each failed attempt is recorded by their owner. */
  model: ModelPort;
  sink: EventSink;
  clock: Clock;
  tools: LoopTools;
  budget: Budget;
  /** `null`: the answer is good. Otherwise what is wrong with it, in some words without a stop. */
  checkAnswer(text: string): Promise<string | null>;
  /** The model has handed in its report: the run is over after this turn. */
  hasReport(): boolean;
  onDelta?(delta: ModelDelta): void;
  /** What the operator typed while the loop worked, for the model's next step; given once. */
  takeWords?(): readonly string[];
  /** What became of that which started the run, ready for the model; given once. */
  takeNews?(): readonly string[];
  /** Of the reply under way, what somebody has read already. When it is cut, that much stays in the conversation. */
  saidSoFar?(): string;
}

export interface LoopTools {
  specs(): readonly ToolSpec[];
  /** Can it run beside others of its turn? */
  isObserveOnly(call: Call): boolean;
  run(call: Call, signal: AbortSignal): Promise<CallResult>;
}

export type Reservation =
  | { ok: true; id: string }
  | { ok: false; reason: 'usd' | 'tokens'; message: string; resumeAt: number | null };

/** Money and tokens, of this run and of the day. The worst case is reserved before a request is made. */
export interface Budget {
  reserve(worst: { usd: number | null; tokens: number }): Promise<Reservation>;
  settle(id: string, spent: { usd: number | null; tokens: number }): Promise<void>;
}

export interface Prices {
  card: ModelCard;
  /** `model`: who answered; null when nobody did. */
  priceOf(
    usage: {
      inputTokens: number;
      outputTokens: number;
      cacheReadTokens: number;
      cacheWriteTokens: number;
    },
    model: string | null,
  ): number | null;
  worstCase(inputTokens: number, maxOutputTokens: number): number | null;
}
