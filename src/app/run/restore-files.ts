import { sha256 } from '../../lib/digest.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Action } from '../../protocol/action.ts';
import type { Gate } from '../../protocol/gate.ts';
import { createCheckpoints, type UndoPlan, type UndoStep } from '../../runs/index.ts';
import type { World } from '../world.ts';
import type { Recorder } from './recorder.ts';

/** What the steps of one going back share. Each passes the gate, and can itself be undone. */
export interface RestoreBench {
  world: World;
  recorder: Recorder;
  gate: Gate;
  /** Run under which the bytes that are replaced now are kept. */
  run: string;
  /** Number of the last step, `U3`; ids are unique in a run. */
  steps: number;
}

export interface Restored {
  restored: string[];
  refused: UndoPlan['refused'];
}

export async function restoreFiles(bench: RestoreBench, plan: UndoPlan): Promise<Restored> {
  const restored: string[] = [];
  const refused = [...plan.refused];
  for (const step of plan.steps) {
    const reason = await restore(bench, step);
    if (reason === null) restored.push(step.path);
    else refused.push({ path: step.path, reason });
  }
  return { restored, refused };
}

/** sha256 of what is in the file now; null when there is none. */
export async function currentDigest(bench: RestoreBench, path: string): Promise<string | null> {
  const bytes = await readCurrent(bench, path);
  return bytes === null ? null : sha256(bytes);
}

/** null, or why the file was left as it is. */
async function restore(bench: RestoreBench, step: UndoStep): Promise<string | null> {
  const { world, recorder, gate } = bench;
  try {
    const action = await actionOf(world, step);
    if (typeof action === 'string') return action;
    const id = nextStep(bench);
    const current = await readCurrent(bench, step.path);
    const kept = await createCheckpoints({ store: world.store, run: bench.run }).keep(step.path, current);
    const after = action.kind === 'write' ? sha256(action.content) : null;
    const admission = await gate.perform({ id, origin: 'undo', action }, async (permit) => {
      recorder.record({ type: 'file.checkpointed', step: id, path: step.path, before: kept, after });
      await recorder.sync();
      await (action.kind === 'write' ? world.files.write(permit) : world.files.remove(permit));
      return { value: undefined, trace: { ok: true, summary: 'restored' } };
    });
    return admission.kind === 'done' ? null : admission.reason;
  } catch (error) {
    // One file that was changed between our look and our write, or that we cannot write, does not keep the others.
    if (error instanceof OpsError && error.reason !== 'state-full') return error.message;
    throw error;
  }
}

/** The bytes that are in the file now; null when there is none. OpsError when policy does not let us look. */
async function readCurrent(bench: RestoreBench, path: string): Promise<Uint8Array | null> {
  const { world, gate } = bench;
  if ((await world.files.facts(path)) === undefined) return null;
  const request = { id: nextStep(bench), origin: 'undo' as const, action: { kind: 'read' as const, path } };
  const admission = await gate.perform(request, async (permit) => {
    const value = await world.files.read(permit);
    return { value, trace: { ok: true, summary: `${value.length} bytes` } };
  });
  if (admission.kind === 'done') return admission.value;
  throw new OpsError('undo-refused', 'tool', admission.reason);
}

function nextStep(bench: RestoreBench): string {
  bench.steps += 1;
  return `U${bench.steps}`;
}

/** The write or removal, or why there is none. */
async function actionOf(world: World, { path, before, expects }: UndoStep): Promise<Action | string> {
  if (before === null) return expects === null ? 'it is gone already' : { kind: 'remove', path, expects };
  const bytes = await world.store.readBytes(before);
  if (bytes === undefined) return 'the kept bytes are gone';
  const content = Buffer.from(bytes).toString('utf8');
  if (!Buffer.from(content).equals(bytes))
    return `it is not UTF-8 text; the old bytes are in ${world.store.pathOf(before)}`;
  return { kind: 'write', path, content, expects };
}
