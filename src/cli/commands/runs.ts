import { maskEvent } from '../../app/masking/mask-event.ts';
import { type KnownRun, listKnownRuns, showRun, verifyKnownRun } from '../../app/past-runs.ts';
import { viewRun, viewRuns } from '../../app/system-view.ts';
import type { World } from '../../app/world.ts';
import { formatDuration } from '../../lib/duration.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { LogLine } from '../../protocol/event.ts';
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
    await list(call, world);
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
  // What has become known as a secret since is not shown either.
  const lines = (await findLines(world, id)).map((line) => ({
    ...line,
    event: maskEvent(line.event, world.masker),
  }));
  if (isJson) await streams.out(lines.map(jsonLine).join(''));
  else await streams.say(`${eventLines(lines).join('\n')}\n`);
  return 0;
}

/** Ours, and the system's where there is a system's steward that is not us; newest first. */
async function list({ args, streams }: CommandCall, world: World): Promise<void> {
  const limit = readLimit(args.value('limit'));
  const wanted = { limit, goal: args.value('goal'), outcome: args.value('outcome') };
  const own = await listKnownRuns(world, wanted);
  const system = await viewRuns(world, wanted);
  if (system.problem !== null)
    await streams.err(`steward: the system's runs are not listed: ${system.problem}\n`);
  const runs = [
    ...own.map((one) => ({ ...one, at: 'here' as const })),
    ...system.items.map((one) => ({ ...one, at: 'system' as const })),
  ];
  if (system.items.length > 0) runs.sort((a, b) => b.openedAt - a.openedAt);
  if (args.has('json')) {
    await streams.out(jsonLine(world.masker.maskValue(runs.slice(0, limit))));
    return;
  }
  const lines = runs.slice(0, limit).map((one) => {
    const when = new Date(one.openedAt).toISOString().slice(0, 19);
    const cost = one.costUsd === null ? '' : ` $${one.costUsd.toFixed(4)}`;
    const took = one.durationMs === null ? '' : ` ${formatDuration(one.durationMs)}`;
    const title = one.goal ?? `"${one.prompt ?? ''}"`;
    const name = one.name === null ? '' : `${one.name}: `;
    const where = one.at === 'system' ? ' (system)' : '';
    return `${one.run}  ${when}Z  ${one.outcome.padEnd(17)} ${name}${title}${where}${took}${cost}${originOf(one)}`;
  });
  await streams.say(lines.length === 0 ? `No runs in ${world.store.location}.\n` : `${lines.join('\n')}\n`);
}

async function findLines(world: World, id: string): Promise<LogLine[]> {
  try {
    return (await showRun(world, id)).lines;
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'no-such-run') throw error;
    const lines = await viewRun(world, id);
    if (lines === null) throw error;
    return lines;
  }
}

/** Who started it, where that is not just somebody at a terminal. */
function originOf({
  trigger,
  startedBy,
  parent,
  depth,
}: Pick<KnownRun, 'trigger' | 'startedBy' | 'parent' | 'depth'>): string {
  if (parent === null && (trigger === null || trigger === 'manual' || trigger === 'resume')) return '';
  const by = startedBy === null ? '' : ` by ${startedBy.replace(/\s+/g, ' ').slice(0, 60)}`;
  const chain = parent === null ? '' : `, ${depth} after run ${parent.slice(0, 8)}`;
  return `  [${trigger}${by}${chain}]`;
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return 30;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new OpsError('usage', 'usage', `--limit: "${text}" is not a number of runs`);
}
