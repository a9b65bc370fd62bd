import type { ToolEnd } from '../../host/index.ts';
import { OpsError } from '../../lib/ops-error.ts';

/** Enough for a week of hours to be told from a day of them. */
const ITERATIONS = 48;

/**
 * How far apart the times of a calendar expression are on the average, milliseconds, as systemd itself reads it. OpsError
 * `usage` for one that systemd does not know, or that comes only once.
 */
export async function readCalendar(
  onCalendar: string,
  run: (argv: readonly string[]) => Promise<ToolEnd>,
): Promise<number> {
  const argv = ['systemd-analyze', 'calendar', `--iterations=${ITERATIONS}`, onCalendar];
  const { code, stdout, stderr } = await run(['env', 'TZ=UTC', ...argv]);
  if (code === 127) throw new OpsError('no-systemd', 'usage', 'there is no systemd here');
  if (code !== 0) {
    throw new OpsError('bad-calendar', 'usage', `systemd does not know the time "${onCalendar}"`, {
      hint: `${stderr.trim().split('\n')[0] ?? ''}; hourly, daily, "Mon..Fri 06:30": man systemd.time`,
    });
  }
  // `Next elapse: Sat 2026-11-21 19:00:00 UTC`, then `Iter. #2: …`; `Iteration #2: …` since systemd 257.
  const times = [
    ...stdout.matchAll(/(?:Next elapse|Iter(?:\.|ation) #\d+): \w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/g),
  ].map(([, day, time]) => Date.parse(`${day}T${time}Z`));
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || last === first) {
    throw new OpsError('bad-calendar', 'usage', `"${onCalendar}" does not come again`, {
      hint: 'a timer of steward is for what comes again',
    });
  }
  return (last - first) / (times.length - 1);
}
