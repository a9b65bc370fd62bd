import { listFindings, mute } from '../../app/looking/findings.ts';
import { formatDuration } from '../../lib/duration.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { durationFlag, worldOf } from '../open-world.ts';

/** `steward findings list | mute KEY --for 2d`. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const [verb = 'list', key] = args.positionals;
  const world = await worldOf(call);
  if (verb === 'mute' && key !== undefined) {
    const forMs = durationFlag(call, 'for');
    if (forMs === null) throw new OpsError('usage', 'usage', 'for how long? add --for 2d');
    const until = await mute(world, key, forMs);
    await streams.say(
      `${key} is muted until ${new Date(until).toISOString()}; it is still found and reported\n`,
    );
    return 0;
  }
  if (verb !== 'list') throw new OpsError('usage', 'usage', 'steward findings list | mute KEY --for 2d');
  const findings = await listFindings(world);
  if (args.has('json')) {
    await streams.out(jsonLine(world.masker.maskValue(findings)));
    return 0;
  }
  const now = world.clock.now();
  const lines = findings.map((finding) => {
    const state = finding.goneAt === null ? 'stands' : 'gone';
    const since = formatDuration(Math.max(0, now - finding.since));
    const muted =
      finding.mutedUntil === null ? '' : `, muted until ${new Date(finding.mutedUntil).toISOString()}`;
    return `${state.padEnd(7)} ${finding.severity.padEnd(9)} ${finding.key}  (first seen ${since} ago${muted})`;
  });
  await streams.say(lines.length === 0 ? 'No rule has found anything yet.\n' : `${lines.join('\n')}\n`);
  return 0;
}
