import { createGate } from '../gate/index.ts';
import { sha256 } from '../lib/digest.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { Action } from '../protocol/action.ts';
import type { Gate } from '../protocol/gate.ts';
import { NO_USAGE } from '../protocol/model.ts';
import { ending } from '../protocol/outcome.ts';
import {
  createCheckpoints,
  createRunLog,
  findRun,
  planUndo,
  readRun,
  type UndoPlan,
  type UndoStep,
} from '../runs/index.ts';
import { gateOptionsOf } from './gating.ts';
import { createPolicing, type Policing } from './policing.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import type { World } from './world.ts';

export interface Undone {
  run: string;
  /** The run under which the undo itself is recorded. */
  undo: string;
  restored: string[];
  refused: UndoPlan['refused'];
  unchanged: string[];
}

/**
 * Brings back the files that a run changed. An undo is an operator's own act and a run like any other: it goes through
 * the gate, has a log, and can itself be undone.
 */
export async function undo(world: World, wanted: string): Promise<Undone> {
  const run = await findRun(world.store, wanted);
  const { lines } = await readRun(world.store, run);
  const id = crypto.randomUUID();
  const log = await createRunLog({ store: world.store, run: id, clock: world.clock, mask: (text) => text });
  try {
    const recorder = createRecorder(world.masker, world.clock, { onEvent() {}, onDelta() {} });
    recorder.attach(log);
    const policing = await createPolicing(world, { mode: 'default', allowed: [], denied: [] });
    recordOpening(world, recorder, policing, { id, run });
    const parts = {
      run: id,
      policing,
      sink: recorder,
      autonomy: 'reversible',
      mode: 'default',
      isLogged: true,
    } as const;
    const bench: Bench = { world, recorder, id, gate: createGate(gateOptionsOf(world, parts)), steps: 0 };
    const plan = await planUndo(lines, async (path) => {
      const bytes = await readCurrent(bench, path);
      return bytes === null ? null : sha256(bytes);
    });
    const done = await restoreAll(bench, plan);
    recordClosing(recorder, done);
    await log.sync();
    return { run, undo: id, ...done, unchanged: plan.unchanged };
  } finally {
    log.close();
  }
}

/** What the steps of one undo share. */
interface Bench {
  world: World;
  recorder: Recorder;
  gate: Gate;
  id: string;
  steps: number;
}

async function restoreAll(bench: Bench, plan: UndoPlan): Promise<Pick<Undone, 'restored' | 'refused'>> {
  const restored: string[] = [];
  const refused = [...plan.refused];
  for (const step of plan.steps) {
    const reason = await restore(bench, step);
    if (reason === null) restored.push(step.path);
    else refused.push({ path: step.path, reason });
  }
  return { restored, refused };
}

/** null, or why the file was left as it is. */
async function restore(bench: Bench, step: UndoStep): Promise<string | null> {
  const { world, recorder, gate } = bench;
  try {
    const action = await actionOf(world, step);
    if (typeof action === 'string') return action;
    const id = nextStep(bench);
    const current = await readCurrent(bench, step.path);
    const kept = await createCheckpoints({ store: world.store, run: bench.id }).keep(step.path, current);
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
async function readCurrent(bench: Bench, path: string): Promise<Uint8Array | null> {
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

function nextStep(bench: Bench): string {
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

function recordOpening(
  world: World,
  recorder: Recorder,
  policing: Policing,
  ids: { id: string; run: string },
): void {
  recorder.record({
    type: 'run.opened',
    run: ids.id,
    steward: world.version,
    goal: null,
    prompt: `undo ${ids.run}`,
    trigger: { kind: 'manual', payload: null, parent: ids.run },
    host: world.host,
    cwd: world.cwd,
    model: null,
    tools: [],
    mode: 'default',
    autonomy: 'reversible',
    policyDigest: policing.policy.digest,
    isolation: world.isolation.expected,
  });
}

function recordClosing(
  recorder: Recorder,
  { restored, refused }: Pick<Undone, 'restored' | 'refused'>,
): void {
  const reason = refused.length === 0 ? 'reported' : 'escalated';
  recorder.record({
    type: 'run.closed',
    outcome: ending(reason).outcome,
    reason,
    message: refused.length === 0 ? null : `${refused.length} files were left as they are`,
    result: restored.join('\n'),
    resumeAt: null,
    turns: 0,
    usage: NO_USAGE,
    costUsd: 0,
    durationMs: 0,
  });
}
