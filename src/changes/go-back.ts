import { sha256 } from '../lib/digest.ts';
import type { Action } from '../protocol/action.ts';
import type { Looked } from './expectations.ts';
import { type FutureFile, readOrTell } from './future-files.ts';
import { bringUnitBack, keptFolders } from './kept-state.ts';
import type { ChangePorts } from './ports.ts';
import { runStep } from './run-step.ts';
import { callBack, runCall } from './typed-steps.ts';
import type { BackStep } from './way-back.ts';

/** One step of the way back. Doing it twice does no harm, nor where what it undoes was never done. */
export async function goBack(
  step: string,
  target: number,
  back: BackStep | undefined,
  ports: ChangePorts,
): Promise<Looked> {
  if (back === undefined) throw new Error(`${step} has nothing to do`);
  switch (back.kind) {
    case 'restore':
      return restore(step, back.file, ports);
    case 'put':
      return put(step, back, ports);
    case 'folder':
      return removeMade(step, target, back.path, ports);
    case 'unit':
      return bringUnitBack(step, target, back.unit, ports);
    case 'again':
      return runStep(step, { text: back.line, action: back.action }, ports);
    case 'call':
      return runCall(step, back.action, back.work, ports);
    case 'typed':
      return callBack(step, back.work, ports);
    case 'do':
      return runStep(step, back, ports);
  }
}

/** Only from a state that the change itself made: what somebody else has written since is theirs. */
async function restore(step: string, file: FutureFile, ports: ChangePorts): Promise<Looked> {
  const now = await readOrTell(`${step}.read`, file.path, ports);
  if ('problem' in now) return { ok: false, detail: now.problem };
  if (now.text === file.before) {
    // Perhaps the folders were made, and then it was cut off.
    const left = await removeFolders(step, file, ports);
    return left ?? { ok: true, detail: 'it is as it was' };
  }
  const digest = now.text === null ? null : sha256(now.text);
  if (digest !== null && !file.known.includes(digest)) {
    return { ok: false, detail: `${file.path} was changed by somebody else; it is left as it is` };
  }
  const action = actionTo(file.path, file.before, digest);
  const done = await runStep(step, { text: file.path, action }, ports);
  return done.ok ? ((await removeFolders(step, file, ports)) ?? done) : done;
}

/** Those that were made for it, as far as nobody has put anything into them since. null: nothing speaks against it. */
async function removeFolders(
  step: string,
  { before, folders = [] }: FutureFile,
  ports: ChangePorts,
): Promise<Looked | null> {
  if (before !== null) return null;
  for (const [index, folder] of folders.toReversed().entries()) {
    const done = await removeFolder(`${step}.folder${index + 1}`, folder, ports);
    if (!done.ok) return done;
  }
  return null;
}

async function removeMade(step: string, target: number, folder: string, ports: ChangePorts): Promise<Looked> {
  const before = await keptFolders(target, ports);
  if (before === null) return { ok: false, detail: `nobody kept whether ${folder} was there` };
  return before.includes(folder)
    ? { ok: true, detail: 'it was there before' }
    : removeFolder(step, folder, ports);
}

async function removeFolder(step: string, folder: string, ports: ChangePorts): Promise<Looked> {
  if ((await ports.files.facts(folder))?.kind !== 'directory') return { ok: true, detail: 'it is not there' };
  const argv = ['rmdir', '--ignore-fail-on-non-empty', '--', folder];
  const action: Action = { kind: 'process', argv, cwd: '/' };
  const done = await runStep(step, { text: argv.join(' '), action }, ports);
  return done.ok ? done : { ok: false, detail: `the folder ${folder}: ${done.detail}` };
}

async function put(
  step: string,
  { file, text }: { file: string; text: string },
  ports: ChangePorts,
): Promise<Looked> {
  const now = await readOrTell(`${step}.read`, file, ports);
  if ('problem' in now) return { ok: false, detail: now.problem };
  if (now.text === text) return { ok: true, detail: 'it is so already' };
  const digest = now.text === null ? null : sha256(now.text);
  return runStep(step, { text: file, action: actionTo(file, text, digest) }, ports);
}

function actionTo(path: string, text: string | null, expects: string | null): Action {
  if (text !== null) return { kind: 'write', path, content: text, expects };
  // It was not there before, and it is there now.
  return { kind: 'remove', path, expects: expects ?? '' };
}
