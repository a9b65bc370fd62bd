import { OpsError } from '../../lib/ops-error.ts';
import type { Approval } from '../../protocol/approval.ts';
import type { RunEvent } from '../../protocol/event.ts';
import type { Finding } from '../../protocol/finding.ts';
import { openRunLog, replay } from '../../runs/index.ts';
import { isBegun } from '../run/go-on.ts';
import type { ApprovedWork } from '../run/run-request.ts';
import type { World } from '../world.ts';

export interface Asker extends Pick<ApprovedWork, 'faults' | 'shown'> {
  /** Its log has the end of neither this change nor of another plan for it. */
  isWaiting: boolean;
}

/**
 * What the change behind an approval would mend, and what the model has seen, when a run of a goal asked for it and
 * can go on: its log is here. `busy`: somebody works on it. null: the change is a run of its own.
 */
export async function readAsker(world: World, approval: Approval): Promise<Asker | 'busy' | null> {
  try {
    const options = { store: world.store, run: approval.run, clock: world.clock };
    const { log, lines } = await openRunLog({ ...options, mask: (text) => text });
    log.close();
    const replayed = replay(lines);
    if (replayed.opened?.goal == null || !isBegun(replayed)) return null;
    const events = lines.map(({ event }) => event);
    return {
      faults: faultsOf(events, approval.evidence),
      shown: shownOf(events),
      isWaiting: isWaitingFor(events, approval),
    };
  } catch (error) {
    // It is gone, or it is not ours.
    if (error instanceof OpsError) return error.reason === 'busy' ? 'busy' : null;
    throw error;
  }
}

/** The last that the log says of its change is that it waits under this id. */
export function isWaitingFor(
  events: readonly RunEvent[],
  { id, change }: Pick<Approval, 'id' | 'change'>,
): boolean {
  const last = events.findLast(
    (event) => (event.type === 'change.parked' || event.type === 'change.ended') && event.change === change,
  );
  return last?.type === 'change.parked' && last.approval === id;
}

/** The findings that the evidence names; all of them where it names none. As they stood when the run ended. */
export function faultsOf(
  events: readonly RunEvent[],
  evidence: readonly string[],
): { key: string; probe: string }[] {
  const keys = new Set<string>();
  const probes = new Set<string>();
  const byId = new Map<string, Finding>();
  let last: readonly Finding[] = [];
  for (const event of events) {
    if (event.type === 'snapshot.taken') {
      for (const { id, probe } of event.items) if (evidence.includes(id)) probes.add(probe);
    }
    if (event.type === 'look.taken' && evidence.includes(event.look.id)) {
      const { finding } = event.look;
      keys.add(byId.get(finding)?.key ?? '');
    }
    if (event.type === 'findings.judged') {
      last = event.findings;
      for (const finding of event.findings) {
        byId.set(finding.id, finding);
        if (evidence.includes(finding.id)) keys.add(finding.key);
      }
    }
  }
  const named = last.filter(({ key, probe }) => keys.has(key) || probes.has(probe));
  return (named.length > 0 ? named : last).map(({ key, probe }) => ({ key, probe }));
}

/** A look reaches the model with the prompt, or with the message that tells of it; the one at the end of a run never does. */
function shownOf(events: readonly RunEvent[]): Map<string, string> {
  let fresh: ReadonlyMap<string, string> = new Map();
  let shown = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'run.resumed') fresh = new Map();
    if (event.type === 'snapshot.taken')
      fresh = new Map(event.items.map(({ probe, digest }) => [probe, digest]));
    const isTold =
      event.type === 'prompt.built' || (event.type === 'message.added' && event.by === undefined);
    if (isTold && fresh.size > 0) shown = new Map(fresh);
  }
  return shown;
}
