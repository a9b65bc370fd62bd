import { sha256 } from '../lib/digest.ts';
import type { Action } from '../protocol/action.ts';
import type { Looked } from './expectations.ts';
import { type FutureFile, readOrTell } from './future-files.ts';
import { bringUnitBack } from './kept-state.ts';
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
  if (now.text === file.before) return { ok: true, detail: 'it is as it was' };
  const digest = now.text === null ? null : sha256(now.text);
  if (digest !== null && !file.known.includes(digest)) {
    return { ok: false, detail: `${file.path} was changed by somebody else; it is left as it is` };
  }
  return runStep(step, { text: file.path, action: actionTo(file.path, file.before, digest) }, ports);
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
