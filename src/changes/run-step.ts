import { OpsError } from '../lib/ops-error.ts';
import type { Action } from '../protocol/action.ts';
import type { Looked } from './expectations.ts';
import { patienceOf } from './patience.ts';
import type { ChangePorts } from './ports.ts';

const TIMEOUT_MS = 600_000;
const LIMIT_BYTES = 64 * 1024;

/** One effect through the gate. Never rejects for what the machine does. */
export async function runStep(
  step: string,
  work: { text: string; action: Action } | undefined,
  ports: ChangePorts,
): Promise<Looked> {
  if (work === undefined) throw new Error(`${step} has nothing to do`);
  const { action } = work;
  try {
    const admission = await ports.gate.perform({ id: step, origin: ports.origin, action }, async (permit) => {
      if (action.kind === 'write' || action.kind === 'remove') {
        await (action.kind === 'write' ? ports.files.write(permit) : ports.files.remove(permit));
        const value = { ok: true, detail: action.kind === 'write' ? 'written' : 'removed' };
        return { value, trace: { ok: true, summary: value.detail } };
      }
      const result = await ports.processes.run(permit, {
        timeoutMs: patienceOf(ports, TIMEOUT_MS),
        limitBytes: LIMIT_BYTES,
        signal: ports.signal,
        merge: true,
      });
      const ok = result.exitCode === 0 && !result.timedOut && !result.aborted;
      const head = result.timedOut
        ? 'timed out'
        : result.aborted
          ? 'interrupted'
          : result.startError !== null
            ? `could not be started (${result.startError})`
            : `exit ${result.exitCode ?? result.signal}`;
      const said = result.stdout.text.trim().split('\n').slice(-3).join('\n');
      const value = { ok, detail: said === '' || ok ? head : `${head}: ${said}` };
      return { value, trace: { ok, summary: head } };
    });
    return admission.kind === 'done' ? admission.value : { ok: false, detail: admission.reason };
  } catch (error) {
    // The log or the gate is not sound any more: then nothing else may be tried either.
    if (!(error instanceof OpsError) || error.reason === 'state-full' || error.reason === 'sandbox')
      throw error;
    return { ok: false, detail: error.message };
  }
}
