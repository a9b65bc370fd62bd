import { reduceNow } from '../../agent/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { NO_USAGE } from '../../protocol/model.ts';
import { replay } from '../../runs/index.ts';
import { createLookBench } from '../looking/look-bench.ts';
import { createBudget } from '../run/budget.ts';
import { chooseTarget } from '../run/choose-target.ts';
import { isBegun } from '../run/go-on.ts';
import { limitsOf } from '../run/limits.ts';
import { createThinker } from '../run/model.ts';
import type { RunScope } from '../run/open-run.ts';
import { SUMMARY_PROMPT } from '../run/open-talk.ts';
import { createToolbox } from '../run/toolbox.ts';
import type { OwnLog } from './own-log.ts';
import type { Session } from './session.ts';

/**
 * Lets the model sum up the older turns now, with what the operator wants kept above all. The run's log holds all of it
 * as before; the next request begins from the summary. OpsError when nothing was made smaller: nothing is then changed.
 */
export function compact(
  session: Session,
  log: OwnLog,
  focus: string | null,
  signal: AbortSignal,
): Promise<void> {
  return log.withLog(async ({ world, run, lines, recorder }) => {
    const resumed = replay(lines);
    if (!isBegun(resumed)) throw nothingToDo();
    const { denied, fallbackModels } = session.options;
    const trigger = { kind: 'manual', payload: null, parent: null } as const;
    const { model } = resumed;
    const request = {
      model: session.state.model ?? (model === null ? null : `${model.provider}/${model.name}`),
      fallbackModels,
      trigger,
      prompt: '',
      denied,
    };
    const scope = {
      world,
      run,
      recorder,
      resumed,
      request,
      limits: limitsOf(world, null),
      choice: chooseTarget(world, request, null),
    };
    const thinker = await createThinker(scope, []);
    if ('missing' in thinker) {
      throw new OpsError('no-model', 'login', `there is no model to sum it up: ${thinker.missing}`);
    }
    // Its tools are named in the request, as in every other, and none of them is called.
    const { gate, processes, policing } = await createLookBench(world);
    const tools = await createToolbox(
      {
        ...scope,
        gate,
        processes,
        policing,
        // The log says which; steward wrote it.
        tools: resumed.tools as RunScope['tools'],
        attendance: null,
        signal,
      },
      { marker: resumed.marker ?? '', resultBytes: thinker.profile.resultBytes, onReport() {} },
    );
    const budget = createBudget(scope, { usd: 0, tokens: 0 });
    const needs = {
      model: thinker.name,
      system: resumed.system.map((text, index) => ({ text, isCacheEnd: index === 0 })),
      prices: thinker.prices,
      maxOutputTokens: thinker.profile.maxOutputTokens,
      summaryPrompt:
        focus === null
          ? SUMMARY_PROMPT
          : `${SUMMARY_PROMPT}\nThe operator wants this kept above all: ${focus}`,
      signal,
    };
    const end = { ...NOTHING_SPENT };
    const messages = await reduceNow(
      resumed.messages,
      needs,
      { model: thinker.port, sink: recorder, tools, budget },
      end,
    ).finally(() => budget.flush());
    if (messages === resumed.messages) throw end.modelMs === 0 ? nothingToDo() : notSummedUp();
    await recorder.sync();
  });
}

const NOTHING_SPENT = {
  stop: null,
  text: '',
  turns: 0,
  usage: NO_USAGE,
  costUsd: 0 as number | null,
  modelMs: 0,
  firstTokenMs: null,
  refusedCalls: [],
};

function nothingToDo(): OpsError {
  return new OpsError(
    'nothing-to-do',
    'input',
    'there is nothing to leave out yet: the newest turns always stay',
  );
}

function notSummedUp(): OpsError {
  return new OpsError(
    'not-compacted',
    'try-later',
    'the model did not sum it up; the conversation is as it was',
  );
}
