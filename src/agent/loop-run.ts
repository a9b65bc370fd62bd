import type { Limits } from '../protocol/goal.ts';
import type { Message, SystemPart } from '../protocol/message.ts';
import type { ModelReply, Usage } from '../protocol/model.ts';
import type { CallResult } from '../protocol/tool.ts';
import type { LoopStop } from './limits.ts';
import type { Prices } from './ports.ts';

/** What one sitting of the loop starts from. */
export interface LoopInput {
  model: string;
  prices: Prices;
  system: readonly SystemPart[];
  messages: readonly Message[];
  /** The last of `messages` is an answer that was logged and not looked at: steward was killed in between. */
  untaken?: Pick<ModelReply, 'stopReason'>;
  limits: Limits;
  maxOutputTokens: number;
  summaryPrompt: string;
  outputSchema?: Record<string, unknown>;
  /** Aborts the run; `signal.reason` is the Reason it then ends with. */
  signal: AbortSignal;
  /** Where a resumed run goes on counting. */
  from: { turns: number; calls: number };
  /** What of the limits is used up already. */
  spent: { turns: number; calls: number; ms: number };
}

/** How it ended. */
export interface LoopEnd {
  /** null: the model ended by itself, with `text` or with a report. */
  stop: LoopStop | null;
  /** The last text of the model. */
  text: string;
  turns: number;
  usage: Usage;
  /** null once a request was made whose price is not known. */
  costUsd: number | null;
  modelMs: number;
  firstTokenMs: number | null;
  refusedCalls: CallResult[];
}
