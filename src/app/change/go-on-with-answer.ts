import type { ApprovedWork, RunRequest } from '../run/run-request.ts';

/** The run that asked goes on with what somebody said; what came of it the model is told when it is done. */
export function requestToGoOn(approved: ApprovedWork): RunRequest {
  const { run, id, change, answer } = approved.approval;
  const comment = answer?.comment == null ? '' : ` They say: ${answer.comment}`;
  return {
    goal: null,
    sets: {},
    prompt: `${change}, which was left for a person as ${id}, was approved by ${answer?.by ?? 'somebody'}.${comment}`,
    attachment: null,
    probes: [],
    trigger: { kind: 'manual', payload: null, parent: null },
    resume: run,
    sessionId: null,
    model: null,
    fallbackModels: [],
    allowed: [],
    denied: [],
    mode: 'default',
    appendSystemPrompt: null,
    outputSchema: null,
    approved,
  };
}
