import { readCalendar } from '../../app/install/calendar.ts';
import { carryOut, type Ports, runAll, takeBack } from '../../app/install/carry-out.ts';
import { type InstallPlan, planText } from '../../app/install/install-plan.ts';
import { listOnFailure, listTimers, type TimerRow } from '../../app/install/list-triggers.ts';
import { demandInstaller, machinePorts } from '../../app/install/machine.ts';
import {
  filesOfOnFailure,
  filesOfSchedule,
  planOnFailure,
  planSchedule,
} from '../../app/install/plan-triggers.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { splitList } from '../parse-arguments.ts';

const USAGE =
  'steward triggers install GOAL --on-calendar WHEN, install --on-failure UNIT,…|all, uninstall, list';

/** `steward triggers install | uninstall | list`. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const [verb = 'list', goal, ...rest] = args.positionals;
  const units = args.value('on-failure');
  if (rest.length > 0 || !['install', 'uninstall', 'list'].includes(verb)) throw usage();
  const lines: string[] = [];
  const ports = machinePorts((line) => void lines.push(line));
  if (verb === 'list') return list(call, ports);
  // One thing at a time: what is shown and what is done is then easy to read.
  if ((goal === undefined) === (units === undefined)) throw usage();
  const named = units === undefined ? null : splitList(units);
  const code =
    verb === 'install' ? await install(call, ports, goal, named) : await uninstall(call, ports, goal, named);
  await streams.say(lines.map((line) => `${line}\n`).join(''));
  return code;
}

async function install(
  call: CommandCall,
  ports: Ports,
  goal: string | undefined,
  units: string[] | null,
): Promise<number> {
  const plan = units === null ? await scheduleOf(call, ports, goal ?? '') : planOnFailure(units);
  if (call.args.has('dry-run')) {
    await call.streams.say(planText(plan));
    return 0;
  }
  await demandInstaller(ports);
  await carryOut(plan, ports);
  return 0;
}

async function scheduleOf({ args }: CommandCall, ports: Ports, goal: string): Promise<InstallPlan> {
  const onCalendar = args.value('on-calendar');
  if (onCalendar === undefined) {
    throw new OpsError('no-time', 'usage', `when is ${goal} to run?`, {
      hint: `steward triggers install ${goal} --on-calendar hourly; man systemd.time`,
    });
  }
  const everyMs = await readCalendar(onCalendar, ports.run);
  return planSchedule({ goal, onCalendar, randomDelay: args.value('random-delay') ?? null, everyMs });
}

async function uninstall(
  { args, streams }: CommandCall,
  ports: Ports,
  goal: string | undefined,
  units: string[] | null,
): Promise<number> {
  const files = units === null ? filesOfSchedule(goal ?? '') : filesOfOnFailure(units);
  const off = units === null ? [['systemctl', 'disable', '--now', `steward@${goal}.timer`]] : [];
  const reload = [['systemctl', 'daemon-reload']];
  if (args.has('dry-run')) {
    const shown = [
      ...files.map((path) => `remove ${path}`),
      ...[...off, ...reload].map((argv) => `$ ${argv.join(' ')}`),
    ];
    await streams.say(`${shown.join('\n')}\n`);
    return 0;
  }
  await demandInstaller(ports);
  await runAll(off, ports);
  const kept = await takeBack(files, ports);
  await runAll(reload, ports);
  return kept.length === 0 ? 0 : 1;
}

async function list({ args, streams }: CommandCall, ports: Ports): Promise<number> {
  const [timers, onFailure] = await Promise.all([listTimers(ports), listOnFailure(ports)]);
  if (args.has('json')) {
    const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
    const rows = timers.map((row) => ({
      goal: row.goal,
      enabled: row.isEnabled,
      on_calendar: row.onCalendar,
      next: time(row.nextAt),
      last: time(row.lastAt),
      last_success: time(row.lastSuccessAt),
    }));
    await streams.out(jsonLine({ timers: rows, on_failure: onFailure }));
    return 0;
  }
  const told =
    onFailure.length === 0
      ? 'No failure of a unit is told to steward.'
      : `Told when they fail: ${onFailure.join(', ')}`;
  await streams.say(`${timers.length === 0 ? 'No goal has a timer.\n' : table(timers)}${told}\n`);
  return 0;
}

function table(rows: readonly TimerRow[]): string {
  const time = (at: number | null): string =>
    at === null ? '-' : `${new Date(at).toISOString().slice(0, 16)}Z`;
  const cells = rows.map((row) => [
    row.goal,
    `${row.onCalendar ?? '?'}${row.isEnabled ? '' : ' (not enabled)'}`,
    time(row.nextAt),
    time(row.lastAt),
    time(row.lastSuccessAt),
  ]);
  const all = [['GOAL', 'WHEN', 'NEXT', 'LAST', 'LAST SUCCESS'], ...cells];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function usage(): OpsError {
  return new OpsError('usage', 'usage', USAGE, { hint: 'steward triggers list shows what is installed' });
}
