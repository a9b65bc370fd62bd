import { OpsError } from '../lib/ops-error.ts';
import type { Action } from '../protocol/action.ts';
import type { EventSink } from '../protocol/event.ts';
import type { Gate } from '../protocol/gate.ts';
import { createGate, type GateOptions } from './gate.ts';

/** What nobody may ever be allowed. They are judged, never run. */
const FORBIDDEN: readonly { action: CanaryAction; mustBeDenied: boolean }[] = [
  { action: { kind: 'read', path: '/etc/shadow' }, mustBeDenied: true },
  // A policy that does not know `rm` asks; what counts is that no mode and no autonomy lets it pass.
  {
    action: { kind: 'process', argv: ['rm', '-rf', '--no-preserve-root', '/'], cwd: '/' },
    mustBeDenied: false,
  },
  { action: { kind: 'shell', line: 'rm -rf --no-preserve-root /', cwd: '/' }, mustBeDenied: false },
];

type CanaryAction = Extract<Action, { kind: 'read' | 'process' | 'shell' }>;
type CanaryKind = CanaryAction['kind'];

const ALL: readonly CanaryKind[] = ['read', 'process', 'shell'];

/**
 * A gate that has refused what it must: at once what every run does; for lines of a shell, whose parser a run that only
 * looks has no use for, with `testLines` or at the latest before the first of them is judged. OpsError `gate-unsound`.
 */
export async function openGate(options: GateOptions): Promise<{ gate: Gate; testLines(): Promise<void> }> {
  await runCanary(options, ['read', 'process']);
  const gate = createGate(options);
  let tested: Promise<void> | undefined;
  const testLines = (): Promise<void> => {
    tested ??= runCanary(options, ['shell']);
    return tested;
  };
  return {
    testLines,
    gate: {
      async perform(request, run) {
        if (request.action.kind === 'shell') await testLines();
        return gate.perform(request, run);
      },
    },
  };
}

/**
 * Puts what must be refused through a gate with the run's own judge, in the circumstances that allow most. Throws
 * OpsError `gate-unsound` when it is not refused; nothing is ever started.
 */
export async function runCanary(options: GateOptions, kinds = ALL): Promise<void> {
  for (const [index, { action, mustBeDenied }] of FORBIDDEN.entries()) {
    if (!kinds.includes(action.kind)) continue;
    const gate = createGate({
      ...options,
      sink: discard(),
      isDurable: true,
      autonomy: 'full',
      mode: 'bypassPermissions',
      attended: true,
      ask: null,
      // Whatever confines commands: it must not come to that.
      isolation: {
        choice: 'none',
        settle: async () => ({ kind: 'none', choice: 'none', problem: null }),
      },
      switches: async () => ({ paused: null, stopped: false, handsOff: [] }),
    });
    let hasRun = false;
    const admission = await gate.perform({ id: `canary-${index + 1}`, origin: 'tool', action }, async () => {
      hasRun = true;
      return { value: undefined, trace: { ok: false, summary: 'the gate let the canary through' } };
    });
    const { verdict } = admission.judgement;
    const isHeld = verdict === 'deny' || (verdict === 'ask' && !mustBeDenied);
    if (hasRun || admission.kind !== 'refused' || !isHeld) {
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
