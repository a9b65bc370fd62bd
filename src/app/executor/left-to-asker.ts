import type { Approval } from '../../protocol/approval.ts';
import { CONTINUE_UNIT, EXECUTOR_ANSWERED, type ExecutorAnswer } from '../../protocol/executor.ts';
import { readRun } from '../../runs/index.ts';
import { approvalsOf } from '../change/approve-change.ts';
import { openBench } from '../change/change-ports.ts';
import { createRecorder } from '../run/recorder.ts';
import { approvalClaim, claimOf } from './claims.ts';
import type { ExecutorScope } from './executor-scope.ts';
import { PLANNER } from './rights.ts';

/** How long the run that asked has to take up its answer; after that the executor carries it out by itself. */
const TAKEN_WITHIN_MS = 60_000;
const POLL_MS = 200;
const ASK_MS = 5_000;
const LIMIT_BYTES = 4_096;

/** The shipped path unit sees this file change, and starts whoever goes on with runs that were answered. */
export async function announceAnswer({ world }: ExecutorScope, { id }: Approval): Promise<void> {
  await world.store.write(EXECUTOR_ANSWERED, `${id} ${world.clock.now()}\n`);
}

/**
 * The run that asked looks first whether it is still wanted, and has it done: what comes of it, told as it goes. null:
 * nobody is there to go on, or they did not come in time.
 */
export async function leaveToAsker(scope: ExecutorScope, approval: Approval): Promise<ExecutorAnswer | null> {
  if (!(await hasContinuer(scope, approval))) return null;
  return followTaken(scope, approval.id, TAKEN_WITHIN_MS);
}

/** What somebody else carries out, or has withdrawn. null: nobody does within `withinMs`. */
export async function followTaken(
  { world, send, signal }: ExecutorScope,
  id: string,
  withinMs: number,
): Promise<ExecutorAnswer | null> {
  const until = world.clock.elapsed() + withinMs;
  let told = 0;
  for (;;) {
    // In this order: what ended between the two looks has its last lines by then.
    const { state, result } = await approvalsOf(world).find(id);
    const run = (await claimOf(world.store, approvalClaim(id)))?.run ?? null;
    const isWithdrawn = run === null || run === WITHDRAWN;
    const lines = isWithdrawn ? [] : (await readRun(world.store, run)).lines;
    for (const { time, event } of lines.slice(told)) send({ say: 'event', time, event });
    told = lines.length;
    if (state !== 'approved') {
      const end = lines.findLast(({ event }) => event.type === 'change.ended')?.event;
      const closed = lines.findLast(({ event }) => event.type === 'run.closed')?.event;
      return {
        say: 'done',
        run: isWithdrawn ? null : run,
        head: lines.at(-1)?.hash ?? null,
        outcome: closed?.type === 'run.closed' ? closed.outcome : 'reported',
        end: end?.type === 'change.ended' ? end.end : null,
        message: end?.type === 'change.ended' ? end.message : (result?.message ?? null),
        approval: id,
      };
    }
    if (signal.aborted) return { say: 'working', run: run ?? '' };
    if (run === null && world.clock.elapsed() >= until) return null;
    await world.clock.sleep(POLL_MS, signal);
  }
}

/** In the place of a run, in the record of what was used up: nobody carries it out any more. */
export const WITHDRAWN = 'withdrawn';

/** Of other users nobody is started: they go on by `steward approvals continue`. */
async function hasContinuer({ world, signal }: ExecutorScope, approval: Approval): Promise<boolean> {
  const parked = await approvalsOf(world).parkedOf(approval.id);
  if (parked?.goesOn !== true || approval.by?.user !== PLANNER) return false;
  const recorder = createRecorder(world.masker, world.clock, { onEvent() {}, onDelta() {} });
  const bench = await openBench(world, {
    run: `look-${approval.id}`,
    change: 'X1',
    recorder,
    isLogged: false,
    signal,
  });
  try {
    const argv = ['systemctl', 'is-active', '--quiet', CONTINUE_UNIT];
    const asked = await bench.gate.perform(
      { id: 'X1.continuer', origin: 'change', action: { kind: 'process', argv, cwd: '/' } },
      async (permit) => {
        const value = await bench.ports.processes.run(permit, { timeoutMs: ASK_MS, limitBytes: LIMIT_BYTES });
        return { value, trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode}` } };
      },
    );
    return asked.kind === 'done' && asked.value.exitCode === 0;
  } finally {
    await bench.clear();
  }
}
