import type { Approval } from '../../../protocol/approval.ts';
import { block, code, facts, localTime, page, table } from './markdown.ts';

/** Everything that somebody who answers has to know. */
export function approvalPage(approval: Approval): string {
  const { id, state, title, why, evidence, target, effect, answer, result } = approval;
  const steps = approval.steps.map(
    (step, index) =>
      `${index + 1}. ${step}\n   undone by: ${approval.undo[index] ?? 'NOTHING: this step cannot be rolled back'}`,
  );
  return page(
    `# ${title}`,
    facts([
      ['Approval', `${id} is ${state}`],
      ...(why === null ? [] : [['Why', why] as const]),
      ...(evidence.length === 0 ? [] : [['Evidence', evidence.join(', ')] as const]),
      ['Target', target],
      ['Effect', effect],
      ['Asked for by', `run ${approval.run.slice(0, 8)} in ${approval.cwd}${timesOf(approval)}`],
      ...(state === 'pending' ? [['Answer until', localTime(approval.expiresAt)] as const] : []),
      ...(answer === null ? [] : [['Answer', answerOf(answer)] as const]),
      ...(result === null ? [] : [['Result', `${result.outcome}: ${result.message}`] as const]),
    ]),
    (approval.doubts ?? []).length === 0
      ? null
      : (approval.doubts ?? []).map((doubt) => `- **Mind** ${doubt}`).join('\n'),
    block(steps.join('\n')),
    approval.preconditions.length === 0
      ? null
      : table(
          ['Rests on', '', 'As it was'],
          approval.preconditions.map(({ kind, name, value }) => [kind, code(name), value ?? 'not there']),
        ),
    state === 'pending'
      ? `\`/approvals approve ${id} [comment]\`, \`/approvals deny ${id} [comment]\``
      : null,
  );
}

function timesOf({ asked }: Approval): string {
  return asked > 1 ? `, ${asked} times` : '';
}

function answerOf({ kind, by, at, comment }: NonNullable<Approval['answer']>): string {
  return `${kind} by ${by} at ${localTime(at)}${comment === null ? '' : `: ${comment}`}`;
}

/** What waits, newest first. */
export function approvalsPage(pending: readonly Approval[]): string {
  if (pending.length === 0) return page('# Approvals', 'Nothing waits for an answer.');
  return page(
    '# Approvals',
    table(
      ['', 'What', 'Effect', 'Target', 'Until'],
      pending.map(({ id, title, effect, target, expiresAt }) => [
        code(id),
        title,
        effect,
        target,
        localTime(expiresAt),
      ]),
    ),
    'A yes counts for what was shown: `/approvals ID` shows one.',
  );
}
