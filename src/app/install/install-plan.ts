/** What an operator's command puts on a machine: a value that is shown, carried out, and taken back. */
export interface InstallPlan {
  files: PlannedFile[];
  /** Before the files: users that they belong to. */
  users: string[][];
  /** After the files, in order; each is a program of the system with its words. */
  commands: string[][];
}

export interface PlannedFile {
  path: string;
  text: string;
  mode: number;
  /** Its text is shown to nobody. */
  isSecret?: boolean;
}

export const UNIT_FOLDER = '/etc/systemd/system';
/** Of every drop-in that is ours: what is named so may be removed. */
export const DROP_IN = '50-steward.conf';
/** The files that setup and triggers wrote, so that they can be taken back. */
export const MANIFEST = '/etc/steward/installed.json';
export const CREDENTIALS = '/etc/credstore';

export const EMPTY_PLAN: InstallPlan = { files: [], users: [], commands: [] };

export function joinPlans(...plans: readonly InstallPlan[]): InstallPlan {
  return {
    files: plans.flatMap(({ files }) => files),
    users: plans.flatMap(({ users }) => users),
    commands: plans.flatMap(({ commands }) => commands),
  };
}

/** As it would be done, for people. */
export function planText({ files, users, commands }: InstallPlan): string {
  const shown = files.map(({ path, text, mode, isSecret }) => {
    const lines = isSecret === true ? ['(a secret)'] : text.trimEnd().split('\n');
    return `${path} (${mode.toString(8).padStart(4, '0')})\n${lines.map((line) => `    ${line}\n`).join('')}`;
  });
  const run = [...users, ...commands].map((argv) => `$ ${argv.join(' ')}\n`);
  return [...shown, ...run].join('') || 'Nothing is to be done.\n';
}
