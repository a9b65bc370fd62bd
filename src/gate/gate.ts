import type { Action } from '../protocol/action.ts';
import { describeAction } from '../protocol/action.ts';
import type { Autonomy, PermissionMode } from '../protocol/effect.ts';
import type { EventSink } from '../protocol/event.ts';
import type { Gate, Grant, StepOrigin, StepRequest, StepTrace } from '../protocol/gate.ts';
import type { IsolationPort } from '../protocol/isolation.ts';
import type { Clock } from '../protocol/machine.ts';
import { Permit } from '../protocol/permit.ts';
import type { Decision, Judgement } from '../protocol/verdict.ts';
import { decide, type Pause } from './decide.ts';
import { needsIsolation, refuseBare } from './refuse-bare.ts';

export interface GateOptions {
  /** Policy's answer, with links, names and targets resolved. When it throws, nothing runs. */
  judge(action: Action, origin: StepOrigin): Promise<Judgement>;
  sink: EventSink;
  clock: Clock;
  /** The sink ends on disk. */
  isDurable: boolean;
  autonomy: Autonomy;
  mode: PermissionMode;
  /** What operators switched off, read anew before every step. When it throws, nothing runs. */
  switches(): Promise<{ paused: Pause | null; stopped: boolean }>;
  isolation: Pick<IsolationPort, 'choice' | 'settle'>;
  /** For what is recorded; what runs is never masked. */
  mask(text: string): string;
  /** A person is there. */
  attended: boolean;
  /** Of the change that is carried out; absent where none ever is. */
  grant?(): Grant | null;
}

/** The one way to an effect, and the only mint of permits. */
export function createGate(options: GateOptions): Gate {
  const { sink, clock, mask } = options;

  return {
    async perform(request, run) {
      const judgement = await options.judge(request.action, request.origin);
      const decision = await decideNow(options, request, judgement);
      recordDecision(options, request, judgement, decision);
      if (decision.kind === 'refuse') return { kind: 'refused', judgement, reason: mask(decision.reason) };

      const { effect } = judgement;
      sink.record({
        type: 'step.started',
        step: request.id,
        effect,
        command: mask(describeAction(judgement.action)),
      });
      // If we die in the middle of it, the next run must know that it had begun.
      if (effect !== 'observe') await sink.sync();

      const start = clock.elapsed();
      const finish = ({ ok, summary }: StepTrace) =>
        sink.record({
          type: 'step.finished',
          step: request.id,
          ok,
          summary: mask(summary),
          durationMs: Math.round(clock.elapsed() - start),
        });
      const permit = Permit.mint(request.id, effect, judgement.action, judgement.needs);
      let done: Awaited<ReturnType<typeof run>>;
      try {
        done = await run(permit, judgement);
      } catch (error) {
        finish({ ok: false, summary: `failed: ${error instanceof Error ? error.message : String(error)}` });
        throw error;
      }
      finish(done.trace);
      return { kind: 'done', judgement, value: done.value };
    },
  };
}

async function decideNow(
  options: GateOptions,
  request: StepRequest,
  judgement: Judgement,
): Promise<Decision> {
  const { paused, stopped } = await options.switches();
  const decision = decide(judgement, {
    origin: request.origin,
    autonomy: options.autonomy,
    mode: options.mode,
    isAttended: options.attended,
    isDurable: options.isDurable,
    paused,
    isStopped: stopped,
    grant: options.grant?.() ?? null,
  });
  if (decision.kind === 'refuse' || !needsIsolation(judgement, options.isolation.choice)) return decision;
  return refuseBare(judgement, await options.isolation.settle()) ?? decision;
}

function recordDecision(
  { sink, mask }: GateOptions,
  request: StepRequest,
  judgement: Judgement,
  decision: Decision,
): void {
  sink.record({
    type: 'step.decided',
    step: request.id,
    origin: request.origin,
    command: mask(describeAction(judgement.action)),
    effect: judgement.effect,
    target: { kind: judgement.target.kind, name: mask(judgement.target.name) },
    verdict: judgement.verdict,
    decision: decision.kind,
    rule: decision.rule,
    reason: mask(decision.reason),
  });
}
