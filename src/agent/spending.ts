import { addUsage, type ModelFailure, type ModelReply, type Usage } from '../protocol/model.ts';
import type { LoopEnd } from './loop-run.ts';
import type { LoopPorts, Prices } from './ports.ts';

/** Tokens of all kinds: what a limit of tokens counts. */
export function tokensOf(usage: Usage): number {
  return usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}

/** Settles what was reserved for a request, counts it into `end`, and gives its price; null when that is not known. */
export async function settle(
  reservation: string,
  reply: ModelReply | ModelFailure,
  prices: Prices,
  ports: Pick<LoopPorts, 'budget'>,
  end: LoopEnd,
): Promise<number | null> {
  const costUsd = prices.priceOf(reply.usage, reply.ok ? reply.model : null);
  await ports.budget.settle(reservation, { usd: costUsd, tokens: tokensOf(reply.usage) });
  end.usage = addUsage(end.usage, reply.usage);
  end.costUsd = costUsd === null || end.costUsd === null ? null : end.costUsd + costUsd;
  end.modelMs += reply.durationMs;
  return costUsd;
}
