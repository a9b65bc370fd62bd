import { OpsError } from '../../lib/ops-error.ts';
import { DROP_IN, type InstallPlan, type PlannedFile, UNIT_FOLDER } from './install-plan.ts';

export interface Schedule {
  goal: string;
  /** systemd.time(7), checked by `systemd-analyze calendar` before. */
  onCalendar: string;
  /** systemd's spelling; null: what the shipped timer says. */
  randomDelay: string | null;
  /** How far apart its times are, milliseconds. */
  everyMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A timer for a goal: the shipped template, told when. */
export function planSchedule({ goal, onCalendar, randomDelay, everyMs }: Schedule): InstallPlan {
  const unit = `steward@${checkGoal(goal)}`;
  // A spread of ten minutes would swallow a timer of five.
  const delay = randomDelay ?? (everyMs < HOUR_MS ? '0' : null);
  const timer = dropIn(
    `${unit}.timer`,
    ['[Timer]', 'OnCalendar=', `OnCalendar=${onCalendar}`].concat(
      delay === null ? [] : [`RandomizedDelaySec=${delay}`],
    ),
  );
  const slot = dropIn(`${unit}.service`, ['[Service]', `Environment=STEWARD_SLOT=${slotOf(everyMs)}`]);
  return {
    files: [timer, slot],
    users: [],
    commands: [
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', `${unit}.timer`],
      // Also one that runs already: it is the new time that counts.
      ['systemctl', 'restart', `${unit}.timer`],
    ],
  };
}

/** Paths that planSchedule writes. */
export function filesOfSchedule(goal: string): string[] {
  const unit = `steward@${checkGoal(goal)}`;
  return [`${unit}.timer`, `${unit}.service`].map(dropInPath);
}

/** `all`: every service of the machine. Else names of units; `nginx` is `nginx.service`. */
export function planOnFailure(units: readonly string[]): InstallPlan {
  const files = units.map((unit) =>
    dropIn(targetOf(unit), ['[Unit]', 'OnFailure=steward-failure@%n.service']),
  );
  // What hears of failures must not hear of its own: it would for ever. A dependency cannot be taken back by an empty
  // `OnFailure=`; a file of the same name nearer to the unit takes the place of the other (systemd.unit(5), example 3).
  const own = units.includes('all') ? OWN_UNITS.map((unit) => dropIn(unit, ['[Unit]'])) : [];
  return {
    files: [...files, ...own],
    users: [],
    commands: [
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', '--now', 'steward-failure-send.timer'],
    ],
  };
}

export function filesOfOnFailure(units: readonly string[]): string[] {
  const own = units.includes('all') ? OWN_UNITS.map(dropInPath) : [];
  return [...units.map((unit) => dropInPath(targetOf(unit))), ...own];
}

const OWN_UNITS = ['steward-.service', 'steward-failure@.service', 'steward@.service'];

function targetOf(unit: string): string {
  if (unit === 'all') return 'service';
  const name = /\.\w+$/.test(unit) ? unit : `${unit}.service`;
  if (!/^[\w:.\\@-]{1,240}\.service$/.test(name)) {
    throw new OpsError('no-unit', 'usage', `"${unit}" is no name of a service`, {
      hint: 'nginx, backup@photos.service, or all',
    });
  }
  if (/^steward[-@.]/.test(name)) {
    throw new OpsError('own-unit', 'usage', `${name} is steward's own: it must not wake itself`);
  }
  return name;
}

/** A slot is what a catch-up, a second timer and a start by hand share. */
function slotOf(everyMs: number): string {
  if (everyMs < 50 * MINUTE_MS) return 'minutely';
  if (everyMs < 20 * HOUR_MS) return 'hourly';
  return everyMs < 6 * DAY_MS ? 'daily' : 'weekly';
}

function dropIn(unit: string, lines: readonly string[]): PlannedFile {
  const text = `# Written by \`steward setup\` or \`steward triggers\`, which also remove it.\n${lines.join('\n')}\n`;
  return { path: dropInPath(unit), text, mode: 0o644 };
}

function dropInPath(unit: string): string {
  return `${UNIT_FOLDER}/${unit}.d/${DROP_IN}`;
}

/** Names of goals are names of files; of a unit's instance they may not need escapes. */
function checkGoal(goal: string): string {
  if (/^[\w.][\w.-]{0,79}$/.test(goal)) return goal;
  throw new OpsError('no-goal', 'usage', `"${goal}" is no name of a goal`, { hint: 'health-check' });
}
