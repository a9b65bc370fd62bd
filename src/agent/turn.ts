import type { Message } from '../protocol/message.ts';
import { type ModelFailure, type ModelReply, type ModelRequest, NO_USAGE } from '../protocol/model.ts';
import { endOfAbort, endOfFailure } from './endings.ts';
import type { LoopStop } from './limits.ts';
import type { LoopEnd, LoopInput } from './loop-run.ts';
import type { LoopPorts, Reservation } from './ports.ts';
import { estimateTokens } from './reduce.ts';
import { settle } from './spending.ts';

/** `shortenedBy`: the limit for which a shorter answer was asked for than the model may give. */
export type TurnReply = ModelReply & { shortenedBy?: LoopStop };

/**
 * One request with its reservation. Counts into `end`. The log is made durable beside the request, not before it:
 * a request has no effect on the operator's systems. Nor does the answer wait for it: what has an effect syncs first
 * (the gate), and a log that failed takes no further line.
 */
export async function takeTurn(
  input: LoopInput,
  ports: LoopPorts,
  messages: readonly Message[],
  end: LoopEnd,
): Promise<TurnReply | LoopStop> {
  const inputTokens = estimateTokens([input.system, messages, ports.tools.specs()]);
  const { reserved, reservedUsd, maxOutputTokens, shortenedBy } = await reserve(input, ports, inputTokens);
  if (!reserved.ok) return reserved;

  end.turns += 1;
  ports.sink.record({ type: 'model.requested', turn: end.turns, model: input.model, reservedUsd });
  // A log that fails ends the run: nobody would hear the answer, so nobody pays for it.
  const failed = new AbortController();
  const request = { ...requestOf(input, ports, messages), maxOutputTokens };
  const answer = ports.model.complete({ ...request, signal: AbortSignal.any([input.signal, failed.signal]) });
  ports.sink.sync().catch((error: unknown) => failed.abort(error));
  const reply = await answer;
  if (failed.signal.aborted) throw failed.signal.reason;

  const costUsd = await settle(reserved.id, reply, input.prices, ports, end);
  if (!reply.ok && reply.class === 'aborted') {
    keepCut(input, ports, end, reply);
    return endOfAbort(input.signal);
  }
  if (!reply.ok) return endOfFailure(reply);

  end.firstTokenMs ??= reply.firstTokenMs;
  const { ok: _, ...replied } = reply;
  ports.sink.record({ type: 'model.replied', turn: end.turns, costUsd, ...replied });
  return shortenedBy === undefined ? reply : { ...reply, shortenedBy };
}

/** Enough for a call or a report: where the budget does not cover the longest answer, one of this length is asked for. */
const SHORT_ANSWER_TOKENS = 4_000;

interface Reserved {
  reserved: Reservation;
  reservedUsd: number | null;
  maxOutputTokens: number;
}

async function reserve(
  input: LoopInput,
  { budget }: LoopPorts,
  inputTokens: number,
): Promise<Reserved & { shortenedBy?: LoopStop }> {
  const ask = async (maxOutputTokens: number) => {
    const reservedUsd = input.prices.worstCase(inputTokens, maxOutputTokens);
    const reserved = await budget.reserve({ usd: reservedUsd, tokens: inputTokens + maxOutputTokens });
    return { reserved, reservedUsd, maxOutputTokens };
  };
  const whole = await ask(input.maxOutputTokens);
  if (whole.reserved.ok || input.maxOutputTokens <= SHORT_ANSWER_TOKENS) return whole;
  return { ...(await ask(SHORT_ANSWER_TOKENS)), shortenedBy: whole.reserved };
}

/** What somebody has read of it is a part of the conversation. What it cost stands in the failure before it. */
function keepCut(input: LoopInput, ports: LoopPorts, end: LoopEnd, { durationMs }: ModelFailure): void {
  const text = ports.saidSoFar?.() ?? '';
  if (text.trim() === '') return;
  ports.sink.record({
    type: 'model.replied',
    turn: end.turns,
    model: input.model,
    content: [{ type: 'text', text }],
    stopReason: 'interrupted',
    usage: NO_USAGE,
    costUsd: 0,
    durationMs,
    firstTokenMs: durationMs,
  });
  end.text = text;
}

function requestOf(input: LoopInput, ports: LoopPorts, messages: readonly Message[]): ModelRequest {
  return {
    model: input.model,
    system: input.system,
    messages,
    tools: ports.tools.specs(),
    maxOutputTokens: input.maxOutputTokens,
    signal: input.signal,
    ...(input.outputSchema === undefined ? {} : { outputSchema: input.outputSchema }),
    ...(ports.onDelta === undefined ? {} : { onDelta: ports.onDelta }),
  };
}
