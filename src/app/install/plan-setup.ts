import { OpsError } from '../../lib/ops-error.ts';
import { CREDENTIALS, type InstallPlan, joinPlans, type PlannedFile, UNIT_FOLDER } from './install-plan.ts';
import { planOnFailure, planSchedule, type Schedule } from './plan-triggers.ts';

/** What an operator wants of the system's steward; what is null is left as it is. */
export interface SetupAnswers {
  model: string | null;
  /** Of the model's provider. */
  key: string | null;
  ntfy: { url: string; topic: string; token: string | null } | null;
  usdPerDay: number | null;
  usdPerMonth: number | null;
  schedules: Schedule[];
  /** Units, or `all`. */
  onFailure: string[];
  /** `HOST:PORT` */
  listen: string | null;
  /** Who may see the system's runs, and answer what waits. */
  operators: string[];
  /** Changes that need root, after an approval. */
  hasExecutor: boolean;
}

/** What is there already. */
export interface Machine {
  /** Where the program lies. */
  programFolder: string;
  /** The units of a package are in place. */
  isPackaged: boolean;
  /** Shipped units by name, for where they are not. */
  units: Record<string, string>;
  sysusers: string;
  /** Of /etc/steward/steward.yaml with the answers in it. */
  settings: string | null;
  /** The one that is there, else a new one. */
  intakeToken: string;
}

const PACKAGED_FOLDER = '/usr/lib/steward';
export const SETTINGS_FILE = '/etc/steward/steward.yaml';
/** Credentials that the shipped units look for, as `steward.NAME`. */
const PROVIDERS = ['anthropic', 'openai'];

export function planSetup(answers: SetupAnswers, machine: Machine): InstallPlan {
  const { settings, intakeToken } = machine;
  const files: PlannedFile[] = [
    ...(settings === null ? [] : [{ path: SETTINGS_FILE, text: settings, mode: 0o644 }]),
    secret('intake-token', intakeToken),
    ...keyFile(answers),
    ...(answers.ntfy?.token ? [secret('ntfy', answers.ntfy.token)] : []),
    ...listenFile(answers),
  ];
  const enable = (...units: string[]): string[] => ['systemctl', 'enable', '--now', ...units];
  const own: InstallPlan = {
    files,
    users: answers.operators.map((user) => [
      'usermod',
      '--append',
      '--groups',
      'steward,steward-approvers',
      user,
    ]),
    commands: [
      ['systemctl', 'daemon-reload'],
      enable('steward-serve.service'),
      // It reads settings and credentials when it begins.
      ['systemctl', 'restart', 'steward-serve.service'],
      ...(answers.hasExecutor
        ? [enable('steward-executor.socket', 'steward-executor-recover.service', 'steward-continue.path')]
        : []),
    ],
  };
  const plan = joinPlans(
    machine.isPackaged ? { files: [], users: [], commands: [] } : planUnits(machine),
    own,
    ...answers.schedules.map(planSchedule),
    answers.onFailure.length === 0
      ? { files: [], users: [], commands: [] }
      : planOnFailure(answers.onFailure),
  );
  return { ...plan, commands: onceEach(plan.commands) };
}

/** What undoes what no file holds. */
export function undoOf(answers: SetupAnswers, { isPackaged }: Machine): string[][] {
  const leave = answers.operators.flatMap((user) =>
    ['steward', 'steward-approvers'].map((group) => ['gpasswd', '--delete', user, group]),
  );
  const users = isPackaged
    ? []
    : [
        ['userdel', 'steward'],
        ['groupdel', 'steward-approvers'],
      ];
  return [...leave, ...users];
}

/** For a tarball, or a work tree: the units of the package with the folder in which the program lies. */
function planUnits({ programFolder, units, sysusers }: Machine): InstallPlan {
  if (/^\/(home|root|run\/user|tmp)(\/|$)/.test(programFolder)) {
    throw new OpsError('program-in-home', 'usage', `the units cannot start what lies in ${programFolder}`, {
      hint: 'they see no home and no /tmp: move the folder to /opt/steward, and call its bin/steward',
    });
  }
  const files = Object.entries(units).map(([name, text]) => ({
    path: `${UNIT_FOLDER}/${name}`,
    text: text
      .replaceAll('file:///usr/share/doc/steward/', `file://${programFolder}/`)
      .replaceAll(`${PACKAGED_FOLDER}/`, `${programFolder}/`),
    mode: 0o644,
  }));
  const user = '/etc/sysusers.d/steward.conf';
  return {
    files: [{ path: user, text: sysusers, mode: 0o644 }, ...files],
    users: [],
    commands: [['systemd-sysusers', user]],
  };
}

function keyFile({ model, key }: SetupAnswers): PlannedFile[] {
  if (key === null) return [];
  const provider = model === null || model.startsWith('claude') ? 'anthropic' : (model.split('/')[0] ?? '');
  if (!PROVIDERS.includes(provider)) {
    throw new OpsError('no-provider', 'usage', `no key is kept for the provider of ${model}`, {
      hint: `setup keeps keys for ${PROVIDERS.join(' and ')}; others: providers in ${SETTINGS_FILE}, api_key_credential`,
    });
  }
  return [secret(provider, key)];
}

/** Readable for root; systemd hands it to the units. */
function secret(name: string, text: string): PlannedFile {
  return { path: `${CREDENTIALS}/steward.${name}`, text: `${text.trim()}\n`, mode: 0o600, isSecret: true };
}

function listenFile({ listen }: SetupAnswers): PlannedFile[] {
  if (listen === null) return [];
  const text = `# Written by \`steward setup\`, which also removes it.\n[Service]\nEnvironment=STEWARD_LISTEN=${listen}\n`;
  return [{ path: `${UNIT_FOLDER}/steward-serve.service.d/50-steward.conf`, text, mode: 0o644 }];
}

function onceEach(commands: readonly string[][]): string[][] {
  const seen = new Set<string>();
  const reloads = commands.filter((argv) => argv[1] === 'daemon-reload').slice(0, 1);
  // One reload, after the users and before everything that names a unit.
  const rest = commands.filter((argv) => argv[1] !== 'daemon-reload');
  const first = rest.filter(([program]) => program !== 'systemctl');
  return [...first, ...reloads, ...rest.filter(([program]) => program === 'systemctl')].filter((argv) => {
    const line = argv.join(' ');
    return !seen.has(line) && seen.add(line) !== undefined;
  });
}
