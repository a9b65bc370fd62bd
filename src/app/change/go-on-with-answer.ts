import { type ApprovedWork, blankRequest, type RunRequest } from '../run/run-request.ts';

/** The run that asked goes on with what somebody said; what came of it the model is told when it is done. */
export function requestToGoOn(approved: ApprovedWork): RunRequest {
  const { run, id, change, answer } = approved.approval;
  const comment = answer?.comment == null ? '' : ` They say: ${answer.comment}`;
  return {
    ...blankRequest(),
    prompt: `${change}, which was left for a person as ${id}, was approved by ${answer?.by ?? 'somebody'}.${comment}`,
    resume: run,
    approved,
  };
}
