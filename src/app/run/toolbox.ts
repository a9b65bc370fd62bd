import type { LoopTools } from '../../agent/index.ts';
import { createSecretLinkFinder } from '../../host/index.ts';
import { describeAction } from '../../protocol/action.ts';
import type { ModelReport } from '../../protocol/report.ts';
import type { StateQuestion } from '../../protocol/state-file.ts';
import { createCheckpoints, spillFolder } from '../../runs/index.ts';
import { createRegistry, type ToolPorts } from '../../tools/index.ts';
import { maskKept } from '../masking/mask-kept.ts';
import { shippedTools } from '../shipped.ts';
import { hasState } from '../state/observed-names.ts';
import { approvePlan } from './approve-plan.ts';
import { wantsTerminal } from './asking.ts';
import type { RunScope } from './open-run.ts';
import { showOutput } from './show-output.ts';
import { surroundingsOf } from './surroundings.ts';

export interface ToolboxOptions {
  marker: string;
  resultBytes: number;
  onReport(report: ModelReport): void;
  /** What came of a change that the model asked for; absent where no call is ever run. */
  carryOutChange?: ToolPorts['carryOutChange'];
  knowledge?: ToolPorts['knowledge'];
}

/** As much of a run as its tools need. */
export type ToolboxScope = Pick<
  RunScope,
  'world' | 'run' | 'gate' | 'processes' | 'policing' | 'recorder' | 'tools' | 'attendance' | 'signal'
> & { request: Pick<RunScope['request'], 'denied'> };

/** The tools of a run, bound to its gate, its policy and its checkpoints. */
export async function createToolbox(scope: ToolboxScope, options: ToolboxOptions): Promise<LoopTools> {
  const { world, run, gate, processes, policing, recorder, attendance } = scope;
  const { policy } = policing;
  const secretNameOf = createSecretLinkFinder(policy, world.cwd);
  const checkpoints = createCheckpoints({ store: world.store, run });
  return createRegistry({
    specs: await shippedTools(),
    available: scope.tools,
    denied: scope.request.denied,
    marker: options.marker,
    limits: { outputBytes: options.resultBytes },
    ...(attendance === null ? {} : { seen: attendance.seenFiles }),
    context: {
      gate,
      processes,
      files: world.files,
      clock: world.clock,
      cwd: world.cwd,
      ...(attendance === null
        ? {}
        : {
            showOutput: (call) =>
              showOutput(world.masker, world.clock.elapsed, (text) => attendance.onOutput(call, text)),
            lendTerminal: async (judgement, run) =>
              wantsTerminal(judgement) &&
              attendance.lendTerminal(world.masker.mask(describeAction(judgement.action)), run, scope.signal),
          }),
      isSecretPath: policy.isSecretPath,
      isSecretLink: (path) => secretNameOf(path) !== undefined,
      async checkpoint({ step, path, before, after }) {
        const kept = await checkpoints.keep(path, before);
        recorder.record({ type: 'file.checkpointed', step, path, before: kept, after });
        await recorder.sync();
      },
    },
    state: world.store,
    spillFolder: spillFolder(run),
    toAction: (line, cwd) => policy.toAction(line, cwd),
    around: () => surroundingsOf(world),
    isObserveLine: (line, cwd) => policy.isObserveLine(line, cwd),
    mask: world.masker.mask,
    maskKept: (name) => maskKept(name, world.store, world.masker),
    hasMask: world.masker.hasMask,
    carryOutChange: options.carryOutChange ?? noChange,
    ...(hasState(world) ? { askState: (question) => answer(world, question) } : {}),
    ...(options.knowledge === undefined ? {} : { knowledge: options.knowledge }),
    onReport: options.onReport,
    ...(attendance === null
      ? {}
      : { approvePlan: (step, plan) => approvePlan(scope, attendance, step, plan) }),
    knownEvidence: recorder.evidence,
  });
}

/** Loaded when it is first asked. */
async function answer(world: ToolboxScope['world'], question: StateQuestion): Promise<string> {
  const { answerQuestion } = await import('../state/answer-question.ts');
  return answerQuestion(world, question);
}

async function noChange(): Promise<never> {
  throw new Error('a change was asked for where no call is run');
}
