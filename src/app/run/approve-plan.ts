import type { Answer, Question } from '../../protocol/question.ts';
import type { Attendance } from './attendance.ts';
import type { RunScope } from './open-run.ts';

/** Shows a plan to the operator. A yes ends plan mode; that it was asked, and the answer, is in the log as of a step. */
export async function approvePlan(
  { recorder, world, signal }: Pick<RunScope, 'recorder' | 'world' | 'signal'>,
  attendance: Attendance,
  step: string,
  plan: string,
): Promise<Answer | undefined> {
  if (attendance.mode() !== 'plan') return undefined;
  const question: Question = {
    id: `Q${recorder.next().question}`,
    step,
    command: world.masker.mask(plan),
    cwd: world.cwd,
    effect: 'observe',
    target: { kind: 'none', name: '' },
    rule: 'mode:plan',
    reason: 'a yes ends plan mode, and the work begins; what policy asks about is still asked',
    origins: [],
    offer: null,
    wantsTerminal: false,
  };
  recorder.record({ type: 'step.asked', step, question });
  const answer = await attendance.asker.ask(question, signal);
  const comment = answer.kind === 'deny' ? answer.comment : null;
  const asked = { type: 'step.answered' as const, step, question: question.id };
  recorder.record({ ...asked, answer: answer.kind, comment, rule: null });
  if (answer.kind === 'run') attendance.settle(question.id, null);
  if (answer.kind !== 'deny') attendance.setMode('default');
  return answer;
}
