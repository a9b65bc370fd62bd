import { type LoopEnd, runLoop, tokensOf } from '../../agent/index.ts';
import type { OutcomeFacts } from '../../goals/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Message, SystemPart } from '../../protocol/message.ts';
import { NO_USAGE } from '../../protocol/model.ts';
import type { ModelReport } from '../../protocol/report.ts';
import type { Replayed } from '../../runs/index.ts';
import { createModelChanges } from '../change/model-change.ts';
import { runKnowledge } from '../knowledge/run-knowledge.ts';
import { createBudget, type RunBudgets } from './budget.ts';
import type { Thinker } from './model.ts';
import { followNews } from './news.ts';
import type { RunScope } from './open-run.ts';
import type { Recorder } from './recorder.ts';
import type { RunListener } from './run-request.ts';
import { createToolbox } from './toolbox.ts';

/** How the model's part of a run went. */
export interface Talk {
  end: LoopEnd;
  report: ModelReport | null;
  modelEnded: OutcomeFacts['modelEnded'];
}

export interface TalkInput {
  thinker: Thinker;
  system: SystemPart[];
  messages: Message[];
  summaryPrompt: string;
  /** The fence of this run, as it stands in `messages`. */
  marker: string;
}

/** The model and its calls until an answer, a report or a limit. */
export async function converse(scope: RunScope, input: TalkInput, listener: RunListener): Promise<Talk> {
  const { recorder, world, resumed, limits, request } = scope;
  const { thinker } = input;
  // A new prompt opens a new sitting: an earlier report was about what was asked then.
  const isCutOff = resumed !== null && request.prompt === null;
  let report: ModelReport | null = isCutOff ? resumed.report : null;
  if (report !== null && request.outputSchema === null)
    return { end: endedBefore(resumed), report, modelEnded: 'report' };
  const tools = await createToolbox(scope, {
    marker: input.marker,
    resultBytes: Math.min(thinker.profile.resultBytes, world.settings.output.limit),
    carryOutChange: createModelChanges(scope),
    knowledge: runKnowledge(scope),
    onReport(given) {
      report = given;
      recorder.record({ type: 'report.made', report: given });
    },
  });
  const earlier = {
    turns: resumed?.turns ?? 0,
    calls: (resumed?.nextCallNumber ?? 1) - 1,
    ms: resumed?.spentMs ?? 0,
  };
  // A new prompt gets the limits anew; a run that was cut off goes on with what it had left.
  const isNewSitting = resumed === null || request.prompt !== null;
  const spent = isNewSitting
    ? { usd: 0, tokens: 0 }
    : { usd: resumed.costUsd ?? 0, tokens: tokensOf(resumed.usage) };
  const untaken = input.messages.at(-1)?.role === 'assistant' ? (resumed?.lastStop ?? null) : null;
  const budget = createBudget(scope, spent);
  const news = followNews(scope, input.marker);
  const loop = runLoop(
    {
      model: thinker.name,
      prices: thinker.prices,
      system: input.system,
      messages: input.messages,
      ...(untaken === null ? {} : { untaken: { stopReason: untaken } }),
      limits,
      maxOutputTokens: thinker.profile.maxOutputTokens,
      summaryPrompt: input.summaryPrompt,
      ...(request.outputSchema === null ? {} : { outputSchema: request.outputSchema }),
      signal: scope.signal,
      from: { turns: earlier.turns, calls: earlier.calls },
      spent: isNewSitting ? { turns: 0, calls: 0, ms: 0 } : earlier,
    },
    {
      model: thinker.port,
      sink: recorder,
      clock: world.clock,
      tools,
      budget,
      checkAnswer: await createAnswerCheck(request.outputSchema),
      hasReport: () => report !== null,
      onDelta: listener.onDelta,
      ...(news === null ? {} : { takeNews: news.take }),
      ...(scope.attendance === null
        ? {}
        : { takeWords: scope.attendance.takeWords, saidSoFar: scope.attendance.saidSoFar }),
    },
  );
  const end = await loop.finally(() => {
    news?.stop();
    return flush(budget, recorder);
  });
  return { end, report, modelEnded: endingOf(end, report) };
}

/** What other runs have to know of the money is no reason to lose what the model said. */
async function flush(budget: RunBudgets, recorder: Recorder): Promise<void> {
  try {
    await budget.flush();
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    const text = `what was spent could not be written down: ${error.message}`;
    recorder.record({ type: 'notice.given', level: 'warning', text });
  }
}

/** It was killed behind its report: only the checks and the closing are left to do. */
function endedBefore(resumed: Replayed | null): LoopEnd {
  return {
    stop: null,
    text: '',
    turns: resumed?.turns ?? 0,
    usage: NO_USAGE,
    costUsd: 0,
    modelMs: 0,
    firstTokenMs: null,
    refusedCalls: [],
  };
}

function endingOf(end: LoopEnd, report: ModelReport | null): OutcomeFacts['modelEnded'] {
  if (end.stop !== null) return { failure: end.stop.reason };
  return report === null ? 'text' : 'report';
}

/** With --json-schema: null for an answer that follows it, else what to tell the model. */
async function createAnswerCheck(
  schema: Record<string, unknown> | null,
): Promise<(text: string) => Promise<string | null>> {
  if (schema === null) return async () => null;
  const { createSchemaCheck } = await import('../../protocol/schemas/answer.ts');
  return createSchemaCheck(schema);
}
