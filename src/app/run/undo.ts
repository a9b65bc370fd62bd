import { randomUUID } from 'node:crypto';
import { openGate } from '../../gate/index.ts';
import { NO_USAGE } from '../../protocol/model.ts';
import { ending } from '../../protocol/outcome.ts';
import { createRunLog, findRun, planUndo, type ReadRun, readRun, type UndoPlan } from '../../runs/index.ts';
import { createPolicing, type Policing } from '../policy/policing.ts';
import type { World } from '../world.ts';
import { gateOptionsOf } from './gating.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { currentDigest, type RestoreBench, type Restored, restoreFiles } from './restore-files.ts';

export interface Undone {
  run: string;
  /** The run under which the undo itself is recorded. */
  undo: string;
  restored: string[];
  refused: UndoPlan['refused'];
  unchanged: string[];
  /** Where the log of the run does not hold: it may have written what nobody knows of. */
  problems: ReadRun['problems'];
}

/**
 * Brings back the files that a run changed. An undo is an operator's own act and a run like any other: it goes through
 * the gate, has a log, and can itself be undone.
 */
export async function undo(world: World, wanted: string): Promise<Undone> {
  const run = await findRun(world.store, wanted);
  const { lines, problems } = await readRun(world.store, run);
  const id = randomUUID();
  const recorder = createRecorder(world.masker, world.clock, { onEvent() {}, onDelta() {} });
  const policing = await createPolicing(world, { mode: 'default', allowed: [], denied: [] });
  const parts = {
    run: id,
    policing,
    sink: recorder,
    autonomy: 'reversible',
    mode: 'default',
    isLogged: true,
  } as const;
  const { gate } = await openGate(gateOptionsOf(world, parts));
  const log = await createRunLog({ store: world.store, run: id, clock: world.clock, mask: (text) => text });
  try {
    recorder.attach(log);
    recordOpening(world, recorder, policing, { id, run });
    const bench: RestoreBench = { world, recorder, run: id, gate, steps: 0 };
    const plan = await planUndo(lines, (path) => currentDigest(bench, path));
    const done = await restoreFiles(bench, plan);
    recordClosing(recorder, done, problems.length > 0);
    await log.sync();
    return { run, undo: id, ...done, unchanged: plan.unchanged, problems };
  } finally {
    log.close();
  }
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

function recordClosing(recorder: Recorder, { restored, refused }: Restored, isDamaged: boolean): void {
  const left = refused.length === 0 ? null : `${refused.length} files were left as they are`;
  const message = isDamaged ? 'the log of the run does not hold, so it may have written more' : left;
  const reason = message === null ? 'reported' : 'escalated';
  recorder.record({
    type: 'run.closed',
    outcome: ending(reason).outcome,
    reason,
    message,
    result: restored.join('\n'),
    resumeAt: null,
    turns: 0,
    usage: NO_USAGE,
    costUsd: 0,
    durationMs: 0,
  });
}
