import { maskEvent } from '../../app/mask-event.ts';
import { listKnownRuns, showRun, verifyKnownRun } from '../../app/past-runs.ts';
import { formatDuration } from '../../lib/duration.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { eventLines } from '../print/event-lines.ts';

/** `steward runs list | show RUN | verify RUN`. `verify` exits 1 for a log that does not hold. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const [verb = 'list', id] = args.positionals;
  const world = await worldOf(call);
  const isJson = args.has('json');
  if (verb === 'list') {
    const runs = await listKnownRuns(world, {
      limit: readLimit(args.value('limit')),
      goal: args.value('goal'),
      outcome: args.value('outcome'),
    });
    if (isJson) {
      await streams.out(jsonLine(world.masker.maskValue(runs)));
      return 0;
    }
    const lines = runs.map((one) => {
      const when = new Date(one.openedAt).toISOString().slice(0, 19);
      const cost = one.costUsd === null ? '' : ` $${one.costUsd.toFixed(4)}`;
      const took = one.durationMs === null ? '' : ` ${formatDuration(one.durationMs)}`;
      const title = one.goal ?? `"${one.prompt ?? ''}"`;
      const name = one.name === null ? '' : `${one.name}: `;
      return `${one.run}  ${when}Z  ${one.outcome.padEnd(17)} ${name}${title}${took}${cost}`;
    });
    await streams.say(lines.length === 0 ? `No runs in ${world.store.location}.\n` : `${lines.join('\n')}\n`);
    return 0;
  }
  if (id === undefined || !['show', 'verify'].includes(verb)) {
    throw new OpsError('usage', 'usage', 'steward runs list | show RUN | verify RUN');
  }
  if (verb === 'verify') {
    const verified = await verifyKnownRun(world, id, args.value('head'));
    const problems = verified.problems.map(({ line, problem }) => `  line ${line}: ${problem}\n`).join('');
    const verdict = verified.ok ? 'holds' : 'does not hold';
    const text = `Run ${verified.run}: ${verified.lines} lines, head ${verified.head}: ${verdict}\n${problems}`;
    if (isJson) await streams.out(jsonLine(verified));
    else await streams.say(text);
    return verified.ok ? 0 : 1;
  }
  const shown = await showRun(world, id);
  // What has become known as a secret since is not shown either.
  const lines = shown.lines.map((line) => ({ ...line, event: maskEvent(line.event, world.masker) }));
  if (isJson) await streams.out(lines.map(jsonLine).join(''));
  else await streams.say(`${eventLines(lines).join('\n')}\n`);
  return 0;
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return 30;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new OpsError('usage', 'usage', `--limit: "${text}" is not a number of runs`);
}
