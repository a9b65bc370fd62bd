import type { Settings } from '../../config/index.ts';
import { listGoals } from '../../goals/index.ts';
import { openReadOnlyStore } from '../../host/index.ts';
import { SYSTEM_STATE_FOLDER } from '../../protocol/system-view.ts';
import { listRuns } from '../../runs/index.ts';
import { chooseTarget } from '../run/choose-target.ts';
import { shippedGoals } from '../shipped.ts';
import type { World } from '../world.ts';
import { carryOut, type Ports, runAll, takeBack } from './carry-out.ts';
import { type ForecastRow, forecastText } from './forecast.ts';
import { listTimers } from './list-triggers.ts';
import { type Machine, planSetup, type SetupAnswers, undoOf } from './plan-setup.ts';

/** Of all units that may be on: what setup does not know of, an operator may have enabled. */
const UNIT_PATTERNS = [
  'steward@*.timer',
  'steward-*.timer',
  'steward-*.socket',
  'steward-*.path',
  'steward*.service',
];
const STATE = [
  '/var/lib/steward',
  '/var/cache/steward',
  '/var/lib/steward-failures',
  '/var/lib/steward-executor',
];
const DRY_SLOT = '/run/systemd/system/steward@health-check.service.d/90-setup.conf';

export async function install(answers: SetupAnswers, machine: Machine, ports: Ports): Promise<void> {
  await carryOut(planSetup(answers, machine), ports, undoOf(answers, machine));
}

/** A message on every channel, from inside a unit with the credentials of serve. Gives what was said. */
export async function sendTestMessage(
  machine: Machine,
  ports: Ports,
): Promise<{ isSent: boolean; text: string }> {
  const { code, stdout, stderr } = await ports.run(inUnit(machine, ['notify', 'test']));
  return { isSent: code === 0, text: (stdout + stderr).trim() };
}

/** Exactly as the timer would: the unit, once, in a slot of its own. Gives what it left in the journal. */
export async function tryCheck(ports: Ports, now: number): Promise<{ code: number | null; text: string }> {
  const { files, run } = ports;
  const unit = 'steward@health-check.service';
  const made = await files.write(DRY_SLOT, `[Service]\nEnvironment=STEWARD_SLOT=setup-${now}\n`, 0o644);
  try {
    await runAll([['systemctl', 'daemon-reload']], ports);
    const { code } = await run(['systemctl', 'start', unit]);
    await run(['journalctl', '--sync']);
    // Not by a cursor: with a filter, systemd 252 leaves out the first line after it.
    const since = `--since=@${Math.floor(now / 1_000)}`;
    const said = await run([
      'journalctl',
      '-q',
      '-o',
      'cat',
      '--no-pager',
      since,
      'STEWARD_GOAL=health-check',
    ]);
    return { code, text: said.stdout.trim() };
  } finally {
    await files.remove(DRY_SLOT);
    for (const folder of made.reverse()) await files.removeEmpty(folder);
    await runAll([['systemctl', 'daemon-reload']], ports);
  }
}

/** What the timers that are on will cost, with the settings that count now. */
export async function forecast(world: World, ports: Pick<Ports, 'run' | 'files'>): Promise<string> {
  const timers = await listTimers(ports);
  const limits = await readGoalLimits(world);
  const store = openReadOnlyStore(SYSTEM_STATE_FOLDER);
  const rows: ForecastRow[] = [];
  for (const { goal, onCalendar, everyMs } of timers) {
    if (onCalendar === null || everyMs === null) continue;
    const runs = store === null ? [] : await listRuns(store, { goal, limit: 50 });
    const costs = runs.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]));
    const averageUsd = costs.length === 0 ? null : costs.reduce((sum, one) => sum + one, 0) / costs.length;
    rows.push({ goal, onCalendar, everyMs, limitUsd: limits.get(goal) ?? null, averageUsd });
  }
  return forecastText(rows, boundsOf(world, world.settings));
}

function boundsOf(world: World, { budgets }: Settings) {
  const trigger = { kind: 'timer' as const, payload: null, parent: null };
  const { primary } = chooseTarget(world, { model: null, fallbackModels: [], trigger }, null);
  const isFree = primary.vendor === 'none' || primary.place === 'local';
  return { isFree, usdPerDay: budgets.usd_per_day, usdPerMonth: budgets.usd_per_month };
}

/** Dollars that one run of a goal may cost; null: it says nothing of it. */
async function readGoalLimits(world: World): Promise<Map<string, number | null>> {
  const goals = await listGoals({
    shipped: await shippedGoals(),
    files: world.operatorFiles,
    configFolder: '/etc/steward',
    cwd: '/',
    enabled: world.settings.goals.enabled,
  });
  return new Map(
    goals.flatMap((one) => ('goal' in one ? [[one.goal.name, one.goal.limits.usd ?? null] as const] : [])),
  );
}

/** Everything that setup and triggers did. Gives the files that somebody changed since, which stay. */
export async function remove(ports: Ports, { keepsState }: { keepsState: boolean }): Promise<string[]> {
  const { files, run, say } = ports;
  for (const pattern of UNIT_PATTERNS) {
    const listed = await run(['systemctl', 'list-units', '--all', '--plain', '--no-legend', pattern]);
    const enabled = await run(['systemctl', 'list-unit-files', '--state=enabled', '--no-legend', pattern]);
    const units = new Set(
      [...listed.stdout.split('\n'), ...enabled.stdout.split('\n')].flatMap((line) => {
        const [unit = ''] = line.trim().split(/\s+/);
        return unit === '' || unit.includes('@.') ? [] : [unit];
      }),
    );
    if (units.size === 0) continue;
    await run(['systemctl', 'stop', ...units]);
    await run(['systemctl', 'disable', ...units]);
    await run(['systemctl', 'reset-failed', ...units]);
  }
  const kept = await takeBack('all', ports);
  if (!keepsState) {
    for (const folder of STATE) {
      if ((await files.mode(folder)) === undefined) continue;
      await files.removeFolder(folder);
      say(`removed    ${folder}`);
    }
    await run([
      'sh',
      '-c',
      'rm -f /var/lib/systemd/timers/stamp-steward[@-]*; rmdir --ignore-fail-on-non-empty /var/lib/systemd/timers',
    ]);
  }
  await run(['systemctl', 'daemon-reload']);
  return kept;
}

function inUnit({ programFolder }: Machine, args: readonly string[]): string[] {
  const properties = [
    ...['User=steward', 'StateDirectory=steward', 'StateDirectoryMode=0700', 'NoNewPrivileges=yes'],
    ...['ProtectSystem=strict', 'ProtectHome=yes'],
    ...['ntfy', 'telegram', 'mail', 'webhook'].map((name) => `LoadCredential=${name}:steward.${name}`),
  ];
  const flags = properties.flatMap((property) => ['-p', property]);
  return [
    'systemd-run',
    '--quiet',
    '--wait',
    '--pipe',
    '--collect',
    ...flags,
    `${programFolder}/bin/steward`,
    ...args,
  ];
}
