import type { ToolUseBlock } from '../protocol/message.ts';
import type { Call, CallResult } from '../protocol/tool.ts';
import type { LoopTools } from './ports.ts';

export function toCalls(blocks: readonly ToolUseBlock[], firstNumber: number): Call[] {
  return blocks.map((block, index) => ({
    id: `C${firstNumber + index}`,
    toolUseId: block.id,
    name: block.name,
    input: block.input,
    ...(block.brokenInput === undefined ? {} : { brokenInput: block.brokenInput }),
  }));
}

/**
 * Runs the calls of one turn: neighbours that only observe side by side, everything else alone and in the order
 * given. `onResult` sees results as they come; the answer is in the order of the calls.
 */
export async function runCalls(
  calls: readonly Call[],
  tools: LoopTools,
  signal: AbortSignal,
  onResult: (result: CallResult) => void,
): Promise<CallResult[]> {
  const results: CallResult[] = [];
  for (const batch of batchesOf(calls, tools)) {
    if (signal.aborted) break;
    const done = await Promise.all(
      batch.map(async (call) => {
        const result = await tools.run(call, signal);
        onResult(result);
        return result;
      }),
    );
    results.push(...done);
  }
  return results;
}

function batchesOf(calls: readonly Call[], tools: LoopTools): Call[][] {
  // A call alone has no neighbours: whether it only observes is judged once, at the gate.
  if (calls.length === 1) return [[...calls]];
  const batches: { isParallel: boolean; calls: Call[] }[] = [];
  for (const call of calls) {
    const isParallel = tools.isObserveOnly(call);
    const last = batches.at(-1);
    if (isParallel && last?.isParallel) last.calls.push(call);
    else batches.push({ isParallel, calls: [call] });
  }
  return batches.map((batch) => batch.calls);
}
