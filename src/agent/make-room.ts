import type { Message, SystemPart } from '../protocol/message.ts';
import { type ModelRequest, NO_USAGE, type Usage } from '../protocol/model.ts';
import type { LoopEnd } from './loop-run.ts';
import type { LoopPorts, Prices } from './ports.ts';
import { estimateTokens, joinSummary, pruneOldOutput, type Reduction, splitForSummary } from './reduce.ts';
import { settle } from './spending.ts';

export interface RoomNeeds {
  model: string;
  system: readonly SystemPart[];
  prices: Prices;
  maxOutputTokens: number;
  /** What a model is told to keep when it summarises. */
  summaryPrompt: string;
  signal: AbortSignal;
}

/** In place of a token count: the server has refused the request as too long, whatever we estimate. */
export const TOO_LONG = Number.POSITIVE_INFINITY;

/** Room left free for the estimate's error. */
const SAFETY_SHARE = 0.1;

/**
 * Keeps the next request inside the model's context: leaves out old tool output first, then lets the model
 * summarise. Each reduction is an event that carries the new conversation, so that resume sees what the model saw.
 */
export async function makeRoom(
  messages: Message[],
  lastInputTokens: number,
  needs: RoomNeeds,
  ports: LoopPorts,
  end: LoopEnd,
): Promise<Message[]> {
  const limit = needs.prices.card.contextTokens * (1 - SAFETY_SHARE) - needs.maxOutputTokens;
  const sizeOf = (list: readonly Message[]): number =>
    estimateTokens([needs.system, list, ports.tools.specs()]);
  const isTooLong = lastInputTokens === TOO_LONG;
  if (!isTooLong && Math.max(sizeOf(messages), lastInputTokens) <= limit) return messages;

  const isObserveOnly = ports.tools.isObserveOnly;
  const pruned = pruneOldOutput(messages, isObserveOnly);
  if (pruned.droppedBytes > 0) {
    record(ports, 'prune', pruned, { usage: NO_USAGE, costUsd: 0 });
    if (isTooLong || sizeOf(pruned.messages) <= limit) return pruned.messages;
  }
  return summarise(pruned.messages, needs, ports, end);
}

/**
 * The same on demand, whatever there is room for. The conversation that was given, when there was nothing to leave out
 * or the model did not sum it up.
 */
export async function reduceNow(
  messages: Message[],
  needs: RoomNeeds,
  ports: Pick<LoopPorts, 'model' | 'sink' | 'tools' | 'budget'>,
  end: LoopEnd,
): Promise<Message[]> {
  const pruned = pruneOldOutput(messages, ports.tools.isObserveOnly);
  const summed = await summarise(pruned.messages, needs, ports, end);
  if (summed !== pruned.messages) return summed;
  if (pruned.droppedBytes === 0) return messages;
  record(ports, 'prune', pruned, { usage: NO_USAGE, costUsd: 0 });
  return pruned.messages;
}

async function summarise(
  messages: Message[],
  needs: RoomNeeds,
  ports: Pick<LoopPorts, 'model' | 'sink' | 'tools' | 'budget'>,
  end: LoopEnd,
): Promise<Message[]> {
  const first = messages[0];
  const split = splitForSummary(messages, ports.tools.isObserveOnly);
  if (split === null || first === undefined) return messages;
  const request: ModelRequest = {
    model: needs.model,
    system: needs.system,
    messages: [first, ...split.old, ...askForSummary(needs.summaryPrompt, split.old)],
    tools: ports.tools.specs(),
    maxOutputTokens: Math.min(needs.maxOutputTokens, 2_000),
    signal: needs.signal,
  };
  const worst = needs.prices.worstCase(
    estimateTokens([request.messages, request.system]),
    request.maxOutputTokens,
  );
  const reserved = await ports.budget.reserve({ usd: worst, tokens: request.maxOutputTokens });
  if (!reserved.ok) return messages;
  const reply = await ports.model.complete(request);
  const costUsd = await settle(reserved.id, reply, needs.prices, ports, end);
  // Without a summary the request goes out as it is: the server's own answer is then the error the run ends with.
  if (!reply.ok) return messages;
  const summary = reply.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
  if (summary.trim() === '') return messages;
  const joined = joinSummary(first, summary, split.effects, split.recent);
  const droppedBytes = JSON.stringify(split.old).length;
  record(ports, 'summarise', { messages: joined, droppedBytes }, { usage: reply.usage, costUsd });
  return joined;
}

/** The old part ends with tool results (a user message), to which the question is added. */
function askForSummary(prompt: string, old: readonly Message[]): Message[] {
  if (old.at(-1)?.role === 'user') {
    return [
      { role: 'assistant', content: [{ type: 'text', text: 'I will sum up what I know so far.' }] },
      ask(prompt),
    ];
  }
  return [ask(prompt)];
}

function ask(prompt: string): Message {
  return { role: 'user', content: [{ type: 'text', text: prompt }] };
}

function record(
  ports: Pick<LoopPorts, 'sink'>,
  method: 'prune' | 'summarise',
  reduction: Reduction,
  spent: { usage: Usage; costUsd: number | null },
): void {
  ports.sink.record({ type: 'context.reduced', method, ...reduction, ...spent });
}
