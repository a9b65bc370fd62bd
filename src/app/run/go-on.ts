import type { Masker } from '../../lib/mask.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Replayed } from '../../runs/index.ts';
import type { RunRequest } from './run-request.ts';

/**
 * What a run that goes on is asked: what is said now, over what its log says. Throws OpsError `input` for a run that
 * cannot be gone on with, before anything is added to its log but the repair.
 */
export function requestToGoOn(
  request: RunRequest,
  resumed: Replayed,
  { cwd, masker }: { cwd: string; masker: Pick<Masker, 'mask' | 'maskValue' | 'hasMask'> },
): RunRequest {
  const { opened, model } = resumed;
  refuseFinished(request, resumed);
  if (!isBegun(resumed) && (opened?.goal ?? null) === null && promptSoFar(request, resumed) === null) {
    throw new OpsError(
      'nothing-to-do',
      'input',
      'nothing was asked in this run, or it was cut off before that was written down',
      {
        hint: 'start it again, or add a prompt; nothing was done',
      },
    );
  }
  if (opened !== null && opened.cwd !== cwd) {
    throw new OpsError('other-folder', 'input', `this run works in ${opened.cwd}, and this is ${cwd}`, {
      hint: `its commands and paths mean another folder here: cd ${opened.cwd} first`,
    });
  }
  refuseOtherGoal(request, resumed, masker);
  if (opened?.attachmentBytes !== undefined && !isBegun(resumed) && request.attachment === null) {
    throw new OpsError('lost-input', 'input', 'this run was cut off before its input from stdin was kept', {
      hint: 'start it again with the same input; nothing was done',
    });
  }
  return {
    ...request,
    model: request.model ?? (model === null ? null : `${model.provider}/${model.name}`),
    denied: joinDenials(resumed.denied, request.denied, masker),
    sets: { ...opened?.parameters, ...request.sets },
    // Who typed the first ones is not known any more.
    areSetsTyped: request.areSetsTyped === true && opened?.parameters === undefined,
  };
}

/** Its goal and what that was set to stand in the conversation: another goal is another run. */
function refuseOtherGoal(
  { goal, sets }: RunRequest,
  resumed: Replayed,
  { maskValue }: Pick<Masker, 'maskValue'>,
): void {
  const { opened } = resumed;
  if (opened === null) return;
  const hint = 'a run of another goal begins without -c and -r';
  if (goal !== null && goal !== opened.goal) {
    const what = opened.goal === null ? 'has no goal' : `works on ${opened.goal}`;
    throw new OpsError('other-goal', 'usage', `--goal ${goal}: this run ${what}, and keeps to that`, {
      hint,
    });
  }
  // The log has them masked.
  const given = maskValue(sets) as RunRequest['sets'];
  const other = Object.keys(given).find((name) => given[name] !== opened.parameters?.[name]);
  if (other !== undefined && isBegun(resumed)) {
    throw new OpsError('other-goal', 'usage', `--set ${other}: this run keeps what it began with`, { hint });
  }
}

/**
 * A sitting may be denied more, and never less. A rule with a secret in it stands in the log without the secret and
 * would deny something else, so it has to be said again.
 */
function joinDenials(
  before: readonly string[],
  now: readonly string[],
  { mask, hasMask }: Pick<Masker, 'mask' | 'hasMask'>,
): string[] {
  const said = new Set(now.map(mask));
  const lost = before.find((rule) => hasMask(rule) && !said.has(rule));
  if (lost !== undefined) {
    throw new OpsError(
      'lost-rule',
      'input',
      `this run was denied ${lost}, and its log does not keep secrets`,
      {
        hint: 'say that --disallowedTools rule again, as it was',
      },
    );
  }
  return [...new Set([...before.filter((rule) => !hasMask(rule)), ...now])];
}

/** Its first request to a model was put together: the conversation is in the log, and goes on from there. */
export function isBegun(resumed: Replayed | null): boolean {
  return (
    resumed !== null && (resumed.marker !== null || resumed.messages.some(({ role }) => role === 'assistant'))
  );
}

/** Everything that people asked of a run whose first request was not put together yet. */
export function promptSoFar(request: RunRequest, resumed: Replayed | null): string | null {
  const asked = (resumed?.messages ?? []).flatMap(({ content }) =>
    content.flatMap((block) => (block.type === 'text' ? [block.text] : [])),
  );
  const all = [resumed?.opened?.prompt ?? null, ...asked, request.prompt].filter((text) => text !== null);
  return all.length === 0 ? null : all.join('\n\n');
}

/** The run had ended with its answer or its report: without new words there is nothing left to do. */
function refuseFinished({ prompt }: RunRequest, { closed, report, messages, opened }: Replayed): void {
  if (prompt !== null || closed === null) return;
  if (report === null && messages.at(-1)?.role !== 'assistant') return;
  const id = opened?.run ?? 'RUN';
  throw new OpsError('nothing-to-do', 'input', `run ${id} has given its answer already`, {
    hint: `add a prompt to go on with it: steward -r ${id} -p "…"`,
  });
}
