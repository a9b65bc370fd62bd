import { undo } from '../../app/run/undo.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { ENDINGS } from '../../protocol/outcome.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';

/** `steward undo RUN`. Exit 60 when a file had to be left as it is, or nobody knows of all that the run wrote. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const [wanted, extra] = args.positionals;
  if (wanted === undefined) throw new OpsError('usage', 'usage', 'which run?', { hint: 'steward runs list' });
  if (extra !== undefined) throw new OpsError('usage', 'usage', `one run at a time, not also "${extra}"`);
  const done = await undo(await worldOf(call), wanted);
  const lines = [
    ...done.restored.map((path) => `restored   ${path}`),
    ...done.unchanged.map((path) => `unchanged  ${path}`),
    ...done.refused.map(({ path, reason }) => `left       ${path}: ${reason}`),
  ];
  const [problem] = done.problems;
  if (problem !== undefined) {
    lines.push(
      `unknown    the log of this run does not hold (line ${problem.line}: ${problem.problem}), so it may have written`,
      `           files that are not named here: look at them yourself; steward runs verify ${done.run} tells more`,
    );
  }
  const text =
    lines.length === 0
      ? `Run ${done.run} changed no files.\n`
      : `${lines.join('\n')}\n(undo is run ${done.undo})\n`;
  if (args.has('json')) await streams.out(jsonLine(done));
  else await streams.say(text);
  return done.refused.length === 0 && problem === undefined ? 0 : ENDINGS.escalated.exitCode;
}
