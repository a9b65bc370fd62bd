import { lastingFix, ownCommit } from '../../lib/lasting-fix.ts';
import type { Approval } from '../../protocol/approval.ts';
import type { ShownPlan } from '../../protocol/executor.ts';
import { planText } from './change-text.ts';

/** One line of `steward approvals list`. `at`: where it waits, when there is more than one place. */
export function approvalLine(
  { id, state, effect, title, target, asked, expiresAt }: Approval,
  at: 'here' | 'executor' | 'system' | null = null,
): string {
  const times = asked > 1 ? `, asked ${asked} times` : '';
  const until = state === 'pending' ? `, until ${new Date(expiresAt).toISOString()}` : '';
  const where = at === null ? '' : `${at.padEnd(8)}  `;
  return `${id}  ${where}${state.padEnd(8)}  ${effect.padEnd(12)}  ${title} (${target})${times}${until}\n`;
}

/** Everything that somebody who answers has to know. */
export function approvalText(approval: Approval, executor: string | null = null): string {
  const { answer, result } = approval;
  const lines = [
    `${approval.title}`,
    `${approval.id} is ${approval.state}; asked for by run ${approval.run.slice(0, 8)} in ${approval.cwd}`,
    ...(executor === null ? [] : [`At the executor (${executor}), which carries it out as root`]),
    ...(approval.by === undefined ? [] : [`Asked for by ${approval.by.user}, who cannot answer it`]),
    ...(approval.why === null ? [] : [`Why: ${approval.why}`]),
    ...(approval.evidence.length === 0 ? [] : [`Evidence: ${approval.evidence.join(', ')}`]),
    `Target: ${approval.target}`,
    planText(approval),
    ...lastingText(approval),
    ...(approval.doubts ?? []).map((doubt) => `Mind: ${doubt}`),
    ...approval.preconditions.map(
      ({ kind, name, value }) => `Rests on ${kind} ${name}: ${value ?? 'not there'}`,
    ),
    ...(approval.state === 'pending'
      ? [
          `Answer until ${new Date(approval.expiresAt).toISOString()}: steward approvals approve ${approval.id} --digest ${approval.digest.slice(0, 12)}`,
        ]
      : []),
    ...(answer === null
      ? []
      : [
          `Answer: ${answer.kind} by ${answer.by} (uid ${answer.uid}) at ${new Date(answer.at).toISOString()}${answer.comment === null ? '' : `: ${answer.comment}`}`,
        ]),
    ...(result === null
      ? []
      : [`Result: ${result.outcome}, run ${result.run.slice(0, 8)}: ${result.message}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** A change that is committed by itself needs nobody's hand for it. */
function lastingText({ title, preconditions, commit }: Approval): string[] {
  if (commit === undefined) return lastingFix(title, preconditions).map((line) => `To make it last: ${line}`);
  return [
    'Once it holds, it becomes a commit:',
    ...ownCommit(commit, preconditions).map((line) => `  ${line}`),
  ];
}

/** What `show` adds of a plan that waits: every line, and what would prove it. */
export function shownText({ isSame, problem, diffs, proof }: ShownPlan): string {
  const lines = [
    ...(problem === null ? [] : [`It cannot be done any more: ${problem}`]),
    ...(problem !== null || isSame
      ? []
      : ['What it rests on has moved: a yes does not count, and the new plan will wait. It would be:']),
    ...diffs.map(({ path, diff }) => `${path}\n${diff}`),
    ...(proof.length === 0 ? [] : ['Proved by:', ...proof.map((text) => `  ${text}`)]),
  ];
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
}
