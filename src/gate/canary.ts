import { OpsError } from '../lib/ops-error.ts';
import type { Action } from '../protocol/action.ts';
import type { EventSink } from '../protocol/event.ts';
import { createGate, type GateOptions } from './gate.ts';

/** What no policy may ever allow. They are judged, never run. */
const FORBIDDEN: readonly Action[] = [
  { kind: 'read', path: '/etc/shadow' },
  { kind: 'process', argv: ['rm', '-rf', '--no-preserve-root', '/'], cwd: '/' },
  { kind: 'shell', line: 'rm -rf --no-preserve-root /', cwd: '/' },
];

/**
 * Puts what must be denied through a gate with the run's own judge, in the circumstances that allow most, so that only
 * the judge's deny can hold it. Throws OpsError `gate-unsound` when it does not hold; nothing is ever started.
 */
export async function runCanary(options: GateOptions): Promise<void> {
  for (const [index, action] of FORBIDDEN.entries()) {
    const gate = createGate({
      ...options,
      sink: discard(),
      isDurable: true,
      autonomy: 'full',
      mode: 'bypassPermissions',
      attended: true,
      switches: async () => ({ paused: null, stopped: false }),
    });
    let hasRun = false;
    const admission = await gate.perform({ id: `canary-${index + 1}`, origin: 'tool', action }, async () => {
      hasRun = true;
      return { value: undefined, trace: { ok: false, summary: 'the gate let the canary through' } };
    });
    if (hasRun || admission.kind !== 'refused' || admission.judgement.verdict !== 'deny') {
      const name = action.kind === 'read' ? action.path : 'rm -rf /';
      throw new OpsError(
        'gate-unsound',
        'sandbox',
        `the gate does not refuse what it must (${action.kind} ${name})`,
        { hint: 'nothing was run; this installation is broken or was changed: reinstall steward' },
      );
    }
  }
}

/** The canary is about the gate, not about the run: its steps are not the run's. */
function discard(): EventSink {
  return { record() {}, async sync() {} };
}
