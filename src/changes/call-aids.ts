import { sha256 } from '../lib/digest.ts';
import type { Action } from '../protocol/action.ts';
import type { Ask, CallAids } from '../protocol/typed-call.ts';
import { type FutureFiles, readOrTell } from './future-files.ts';
import type { ChangePorts } from './ports.ts';

export const LOOK_TIMEOUT_MS = 60_000;
const LIMIT_BYTES = 4 * 1024 * 1024;

/** `files`: as they will be when the call is made; null where none is changed. */
export function aidsFor(step: string, files: FutureFiles | null, ports: ChangePorts): CallAids {
  let copies = 0;
  return {
    ask: asking(`${step}.look`, ports, LOOK_TIMEOUT_MS),
    cwd: ports.cwd,
    async future(written) {
      const found = files === null ? await asItIs(step, written, ports) : await files.peek(written);
      if (found === null) return null;
      copies += 1;
      const name = `${step}-${copies}/${found.path.split('/').at(-1) ?? 'file'}`;
      const at = found.isChanged ? await ports.copyOf(name, found.text) : found.path;
      return { path: found.path, at, sha256: sha256(found.text) };
    },
  };
}

async function asItIs(
  step: string,
  written: string,
  ports: ChangePorts,
): Promise<{ path: string; text: string; isChanged: boolean } | null> {
  const path = await ports.files.resolve(written, ports.cwd);
  const now = await readOrTell(`${step}.read`, path, ports);
  return 'problem' in now || now.text === null ? null : { path, text: now.text, isChanged: false };
}

/** Commands through the gate, numbered after `step`. `only`: the action as it was judged when it was planned. */
export function asking(step: string, ports: ChangePorts, timeoutMs: number, only?: Action): Ask {
  let number = 0;
  return async (argv) => {
    number += 1;
    const program = argv[0] ?? '';
    if (ports.processes.find(program) === undefined) return `${program} is not installed here`;
    const action = only ?? { kind: 'process' as const, argv, cwd: ports.cwd };
    const id = only === undefined ? `${step}${number}` : step;
    const admission = await ports.gate.perform({ id, origin: ports.origin, action }, async (permit) => {
      const value = await ports.processes.run(permit, {
        timeoutMs,
        limitBytes: LIMIT_BYTES,
        signal: ports.signal,
      });
      const summary = value.timedOut
        ? 'timed out'
        : `exit ${value.exitCode ?? value.signal ?? value.startError}`;
      return { value, trace: { ok: value.exitCode === 0, summary } };
    });
    if (admission.kind === 'refused') return admission.reason;
    const { exitCode, stdout, stderr, timedOut, startError } = admission.value;
    if (startError !== null) return `${program} could not be started (${startError})`;
    return { exit: exitCode, output: stdout.text, error: stderr.text, timedOut };
  };
}
