import { OpsError } from '../lib/ops-error.ts';
import { printable } from '../lib/printable.ts';
import type { StateStore } from '../protocol/store.ts';

/** Names that operators gave to runs. The log says it (`run.named`); this is the index to it, a small file a run. */

const LONGEST = 80;

export function nameFile(run: string): string {
  return `runs/${run}.name`;
}

/** `x` for `x.name`. */
export function runOfNameFile(file: string): string | undefined {
  return /^(.+)\.name$/.exec(file)?.[1];
}

/** As it is kept: one line. OpsError `usage` for what cannot be a name. */
export function checkRunName(given: string): string {
  const name = printable(given).replaceAll(/\s+/g, ' ').trim();
  if (name !== '' && name.length <= LONGEST) return name;
  const problem =
    name === '' ? 'a run needs a name to be called by' : `a name has at most ${LONGEST} characters`;
  throw new OpsError('bad-name', 'usage', problem);
}

export async function writeRunName(store: StateStore, run: string, name: string): Promise<void> {
  await store.write(nameFile(run), `${name}\n`);
}

export async function readRunName(store: StateStore, run: string): Promise<string | null> {
  const text = (await store.readText(nameFile(run)))?.trim() ?? '';
  return text === '' ? null : text;
}

/** Runs with exactly this name; case does not matter. */
export async function runsNamed(store: StateStore, wanted: string): Promise<string[]> {
  const files = (await store.list('runs')).flatMap(({ name }) => runOfNameFile(name) ?? []);
  const names = await Promise.all(files.map(async (run) => ({ run, name: await readRunName(store, run) })));
  const plain = wanted.replaceAll(/\s+/g, ' ').trim().toLowerCase();
  return names.filter(({ name }) => name?.toLowerCase() === plain).map(({ run }) => run);
}
