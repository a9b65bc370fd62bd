import { isRecord } from '../../lib/is-record.ts';
import { readCalendar } from './calendar.ts';
import type { Ports } from './carry-out.ts';
import { DROP_IN, UNIT_FOLDER } from './install-plan.ts';

export interface TimerRow {
  goal: string;
  isEnabled: boolean;
  onCalendar: string | null;
  /** Milliseconds. */
  everyMs: number | null;
  /** Milliseconds since the epoch; null: never, or not planned. */
  nextAt: number | null;
  lastAt: number | null;
  /** When the goal last ended with 0. */
  lastSuccessAt: number | null;
}

const SLOTS = '/var/lib/steward/slots';

/** Timers of goals that are loaded or enabled, by name. */
export async function listTimers({ run, files }: Pick<Ports, 'run' | 'files'>): Promise<TimerRow[]> {
  const pattern = 'steward@*.timer';
  const [loaded, timers] = await Promise.all([
    run(['systemctl', 'list-units', '--all', '--plain', '--no-legend', pattern]),
    run(['systemctl', 'list-timers', '--all', '--output=json', pattern]),
  ]);
  const times = readTimes(timers.stdout);
  const goals = loaded.stdout
    .split('\n')
    .flatMap((line) => /^\s*steward@([^\s]+)\.timer/.exec(line)?.slice(1) ?? []);
  const rows: TimerRow[] = [];
  for (const goal of goals.sort()) {
    const unit = `steward@${goal}.timer`;
    const { next = 0, last = 0 } = times.find((one) => one.unit === unit) ?? {};
    const onCalendar = await calendarOf(unit, { run, files });
    rows.push({
      goal,
      isEnabled: (await run(['systemctl', 'is-enabled', unit])).code === 0,
      onCalendar,
      everyMs: onCalendar === null ? null : await readCalendar(onCalendar, run).catch(() => null),
      nextAt: atOf(next),
      lastAt: atOf(last),
      lastSuccessAt: Date.parse((await files.read(`${SLOTS}/${goal}.last-success`))?.trim() ?? '') || null,
    });
  }
  return rows;
}

/** As it was written, else as systemd spells it. */
async function calendarOf(
  unit: string,
  { run, files }: Pick<Ports, 'run' | 'files'>,
): Promise<string | null> {
  const ours = (await files.read(`${UNIT_FOLDER}/${unit}.d/${DROP_IN}`)) ?? '';
  const [, written] = /^OnCalendar=(.+)$/m.exec(ours) ?? [];
  if (written !== undefined) return written;
  const { stdout } = await run(['systemctl', 'show', unit, '--property=TimersCalendar']);
  return /OnCalendar=(.*?) ;/.exec(stdout)?.[1] ?? null;
}

interface TimerTimes {
  unit?: string;
  /** Microseconds since the epoch; 0: none. */
  next?: number;
  last?: number;
}

function readTimes(text: string): TimerTimes[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isRecord) : [];
  } catch {
    // A systemd that cannot say it in JSON: the rest is known all the same.
    return [];
  }
}

/** Units whose failure is told to steward, as they were given: `all`, or names. */
export async function listOnFailure({ run, files }: Pick<Ports, 'run' | 'files'>): Promise<string[]> {
  const { stdout } = await run(['find', UNIT_FOLDER, '-path', `*.d/${DROP_IN}`]);
  const found: string[] = [];
  for (const path of stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort()) {
    if (!(await files.read(path))?.includes('\nOnFailure=steward-failure@')) continue;
    const folder = path.slice(UNIT_FOLDER.length + 1, -`.d/${DROP_IN}`.length);
    found.push(folder === 'service' ? 'all' : folder);
  }
  return found;
}

function atOf(microseconds: number): number | null {
  return microseconds > 0 ? Math.floor(microseconds / 1_000) : null;
}
