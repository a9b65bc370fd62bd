import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { editSettings } from '../../config/index.ts';
import { createMachineFiles, type MachineFiles, runTool } from '../../host/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { SYSTEM_STATE_FOLDER } from '../../protocol/system-view.ts';
import { openWorld, type World } from '../world.ts';
import type { Ports } from './carry-out.ts';
import { CREDENTIALS } from './install-plan.ts';
import { type Machine, SETTINGS_FILE, type SetupAnswers } from './plan-setup.ts';

/** Where dist/cli.mjs of this program lies: two levels up is the program. */
export function programFolderOf(script: string): string {
  return dirname(dirname(script));
}

export function machinePorts(say: (line: string) => void): Ports {
  return { files: createMachineFiles('/'), run: (argv) => runTool(argv), say };
}

/** OpsError `usage` for whoever may not install, and where there is no systemd. */
export async function demandInstaller({ run }: Ports): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new OpsError(
      'not-root',
      'usage',
      'this writes units and credentials of the system, so it is for root',
      {
        hint: 'sudo steward setup; with --dry-run it only shows what it would write',
      },
    );
  }
  const { code } = await run(['systemctl', 'show', '--property=Version', '--value']);
  if (code === 0) return;
  throw new OpsError('no-systemd', 'usage', 'there is no systemd here that answers', {
    hint: 'steward also runs from cron: steward run health-check',
  });
}

/** The world of the units: settings of the system alone, and no state of whoever calls. */
export function systemWorld(): Promise<World> {
  return openWorld({
    env: { HOME: SYSTEM_STATE_FOLDER },
    cwd: '/',
    settings: null,
    flagValues: {},
    flagNames: {},
    isPersistent: false,
    isSystemOnly: true,
  });
}

const UNIT_NAMES = /\.(service|socket|timer|path|slice)$/;

export async function readMachine(
  answers: SetupAnswers,
  script: string,
  { files, run }: Pick<Ports, 'files' | 'run'>,
): Promise<Machine> {
  const programFolder = programFolderOf(script);
  const isPackaged = (await files.read('/usr/lib/systemd/system/steward-serve.service')) !== undefined;
  return {
    programFolder,
    isPackaged,
    units: isPackaged ? {} : await readUnits(programFolder, { files, run }),
    sysusers: (await files.read(join(programFolder, 'triggers/steward.sysusers.conf'))) ?? '',
    settings: await settingsWith(answers, files),
    intakeToken:
      (await files.read(`${CREDENTIALS}/steward.intake-token`))?.trim() ??
      randomBytes(32).toString('base64url'),
  };
}

async function readUnits(
  folder: string,
  { files, run }: Pick<Ports, 'files' | 'run'>,
): Promise<Record<string, string>> {
  const { stdout } = await run(['find', join(folder, 'triggers'), '-type', 'f']);
  const units: Record<string, string> = {};
  for (const path of stdout
    .split('\n')
    .filter((line) => UNIT_NAMES.test(line))
    .sort()) {
    units[path.slice(path.lastIndexOf('/') + 1)] = (await files.read(path)) ?? '';
  }
  if (units['steward-serve.service'] === undefined) {
    throw new OpsError('no-units', 'input', `there are no units in ${folder}/triggers`, {
      hint: 'unpack the whole tarball, or install the Debian package',
    });
  }
  return units;
}

/** null: nothing in it is wanted other than it is. */
async function settingsWith(answers: SetupAnswers, files: MachineFiles): Promise<string | null> {
  const { model, ntfy, usdPerDay, usdPerMonth } = answers;
  const values: [string[], unknown][] = [];
  if (model !== null) values.push([['model'], model === 'none' ? undefined : model]);
  if (usdPerDay !== null) values.push([['budgets', 'usd_per_day'], usdPerDay]);
  if (usdPerMonth !== null) values.push([['budgets', 'usd_per_month'], usdPerMonth]);
  if (ntfy !== null) {
    const { url, topic, token } = ntfy;
    const more = token === null ? {} : { secret_credential: 'ntfy' };
    values.push([['notify', 'channels', 'phone'], { kind: 'ntfy', url, topic, ...more }]);
  }
  const before = await files.read(SETTINGS_FILE);
  const after = await editSettings(before, values);
  return values.length === 0 || after === before ? null : after;
}
