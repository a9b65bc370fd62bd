import { planChange } from '../../changes/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Change } from '../../protocol/change.ts';
import { executorOf } from '../executor/client.ts';
import { createRecorder, type Recorder } from '../run/recorder.ts';
import type { World } from '../world.ts';
import { openBench } from './change-ports.ts';
import type { ChangeEnding } from './ending.ts';
import { isForRoot } from './model-elsewhere.ts';
import { askForChange, type EndedElsewhere } from './through-executor.ts';

/** The executor that an operator's change has to go to; null: we can do all of it, or nobody else is there to. */
export async function executorFor(
  world: World,
  change: Change,
  { isAttended, signal }: { isAttended: boolean; signal: AbortSignal },
): Promise<string | null> {
  const socket = executorOf(world, { isAttended });
  if (socket === null) return null;
  const recorder = createRecorder(world.masker, world.clock, { onEvent() {}, onDelta() {} });
  const run = `look-${crypto.randomUUID()}`;
  const bench = await openBench(world, { run, change: 'X1', recorder, isLogged: false, signal });
  try {
    const made = await planChange(change, { id: 'X1', invariants: [] }, bench.ports);
    return (await isForRoot(made, bench)) ? socket : null;
  } finally {
    await bench.clear();
  }
}

/** As the whole work of a run: `--yes` of whoever asks is no approval there, root's settings and other people's answers are. */
export async function changeElsewhere(
  { world, change, socket, signal }: { world: World; change: Change; socket: string; signal: AbortSignal },
  { run, recorder }: { run: string; recorder: Recorder },
): Promise<ChangeEnding> {
  if (world.store.kind !== 'disk') {
    throw new OpsError(
      'not-durable',
      'escalated',
      `nothing is kept (${world.store.location}), so nothing is changed`,
    );
  }
  const asked = { world, recorder, run, id: 'X1', change, socket, goesOn: false, signal };
  return endingOf(change, await askForChange({ ...asked, whyOnlyPropose: () => null }));
}

function endingOf(change: Change, ended: EndedElsewhere): ChangeEnding {
  switch (ended.kind) {
    case 'parked': {
      const until = new Date(ended.approval.expiresAt).toISOString();
      const where = `it waits at the executor as ${ended.approval.id} until ${until}: steward approvals show ${ended.approval.id}`;
      return { reason: 'parked', message: `nothing was done: ${ended.why}; ${where}`, result: null };
    }
    case 'refused':
      return { reason: ended.reason, message: `nothing was done: ${ended.message}`, result: null };
    case 'ended':
      if (ended.end === 'held') {
        return { reason: 'fixed', message: null, result: `${change.title}: ${ended.message}.` };
      }
      return {
        reason: ended.end === 'rolled-back' ? 'rolled-back' : 'escalated',
        message: ended.message,
        result: null,
      };
  }
}
