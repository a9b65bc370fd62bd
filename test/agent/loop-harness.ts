import { type LoopEnd, type LoopInput, type LoopPorts, runLoop } from '../../src/agent/index.ts';
import type { Message, ToolUseBlock } from '../../src/protocol/message.ts';
import type { ModelFailure, ModelReply, ModelRequest } from '../../src/protocol/model.ts';
import { NO_USAGE } from '../../src/protocol/model.ts';
import type { Call, CallResult } from '../../src/protocol/tool.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { createRecordingSink } from '../fakes/sink.ts';

const USAGE = { inputTokens: 100, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0 };

export function says(text: string, stopReason: ModelReply['stopReason'] = 'end_turn'): ModelReply {
  return replied([{ type: 'text', text }], stopReason);
}

/** `calls('Bash:df', 'Write:x')`: a turn with these calls; the part after the colon is the input. */
export function calls(...specs: string[]): ModelReply {
  const content = specs.map((spec, index): ToolUseBlock => {
    const [name = '', arg = ''] = spec.split(':');
    return { type: 'tool_use', id: `toolu_${spec}_${index}`, name, input: { arg } };
  });
  return replied(content, 'tool_use');
}

export function replied(content: ModelReply['content'], stopReason: ModelReply['stopReason']): ModelReply {
  return { ok: true, model: 'scripted', content, stopReason, usage: USAGE, durationMs: 5, firstTokenMs: 2 };
}

export function fails(failure: Partial<ModelFailure>): ModelFailure {
  return {
    ok: false,
    class: 'retry',
    status: null,
    message: 'it failed',
    resumeAt: null,
    usage: NO_USAGE,
    durationMs: 5,
    ...failure,
  };
}

export interface LoopRun {
  end: LoopEnd;
  requests: ModelRequest[];
  /** `start C1`, `end C1` in the order in which it happened. */
  trace: string[];
  events: ReturnType<typeof createRecordingSink>['events'];
}

export interface LoopSetUp {
  turns: (ModelReply | ModelFailure)[];
  input?: Partial<LoopInput>;
  ports?: Partial<LoopPorts>;
  runCall?: (call: Call, signal: AbortSignal) => Promise<Partial<CallResult>>;
  contextTokens?: number;
}

/** Drives the real loop with a scripted model and tools. `Read` and `Bash` observe; `Write` does not. */
export async function driveLoop(setUp: LoopSetUp): Promise<LoopRun> {
  const requests: ModelRequest[] = [];
  const trace: string[] = [];
  const sink = createRecordingSink();
  const clock = createFakeClock({ isSelfAdvancing: true });
  const names = ['Bash', 'Read', 'Write'];
  const ports: LoopPorts = {
    clock,
    sink,
    model: {
      vendor: 'none',
      place: 'none',
      endpoint: '',
      async complete(request) {
        requests.push({ ...request, messages: structuredClone(request.messages) as Message[] });
        return setUp.turns[requests.length - 1] ?? says('the script is over');
      },
    },
    tools: {
      specs: () => names.map((name) => ({ name, description: '', inputSchema: {} })),
      isObserveOnly: (call) => call.name !== 'Write',
      async run(call, signal) {
        trace.push(`start ${call.id}`);
        const result = (await setUp.runCall?.(call, signal)) ?? {};
        await Promise.resolve();
        trace.push(`end ${call.id}`);
        return { call, ok: true, text: `result of ${call.id}`, isRefused: false, durationMs: 1, ...result };
      },
    },
    budget: { reserve: async () => ({ ok: true, id: 'r' }), settle: async () => {} },
    checkAnswer: async () => null,
    hasReport: () => false,
    ...setUp.ports,
  };
  const input: LoopInput = {
    model: 'scripted',
    prices: {
      card: {
        model: 'scripted',
        contextTokens: setUp.contextTokens ?? 200_000,
        maxOutputTokens: 1_000,
        price: null,
      },
      priceOf: () => 0.001,
      worstCase: () => 0.01,
    },
    system: [{ text: 'system' }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'the goal' }] }],
    limits: {},
    maxOutputTokens: 1_000,
    summaryPrompt: 'sum up',
    signal: new AbortController().signal,
    from: { turns: 0, calls: 0 },
    spent: { turns: 0, calls: 0, ms: 0 },
    ...setUp.input,
  };
  return { end: await runLoop(input, ports), requests, trace, events: sink.events };
}
