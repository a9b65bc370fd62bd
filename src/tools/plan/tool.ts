import type { Tool } from '../../protocol/tool.ts';
import { failure } from '../outputs.ts';
import type { ToolPorts } from '../ports.ts';
import type { PlanInput } from './schema.ts';

/** Puts the plan to the operator, who is there: without one this tool is not offered. */
export function createPlan({ approvePlan }: Pick<ToolPorts, 'approvePlan'>): Tool<PlanInput> {
  return {
    name: 'ExitPlanMode',
    isObserveOnly: () => false,
    async execute({ plan }, { callId }) {
      const answer = await approvePlan?.(callId, plan);
      if (answer === undefined) return failure('There is no plan mode to leave. Go on with the work.');
      if (answer.kind !== 'deny') {
        return {
          ok: true,
          text: 'The operator approved the plan, and plan mode has ended: carry it out. Single steps may still be asked about.',
          isOwnWords: true,
        };
      }
      const words = answer.comment?.trim() ?? '';
      const said = words === '' ? 'Ask what they would rather have.' : `They say: ${words}`;
      return failure(`The operator did not approve the plan, and plan mode goes on. ${said}`);
    },
  };
}
