import { printable } from '../lib/printable.ts';
import type { Action } from '../protocol/action.ts';
import { describeAction } from '../protocol/action.ts';
import { type Autonomy, effectRank, type PermissionMode } from '../protocol/effect.ts';
import type { EventSink } from '../protocol/event.ts';
import type { Gate, Grant, StepOrigin, StepRequest, StepTrace } from '../protocol/gate.ts';
import type { IsolationPort } from '../protocol/isolation.ts';
import type { Clock } from '../protocol/machine.ts';
import { Permit } from '../protocol/permit.ts';
import type { Decision, Judgement } from '../protocol/verdict.ts';
import { type AskPorts, askPerson, type Ruled, whyNotShown } from './ask.ts';
import { type Circumstances, decide, type HandsOff, isAskable, type Pause } from './decide.ts';
import { needsIsolation, refuseBare } from './refuse-bare.ts';

export interface GateOptions {
  /** Policy's answer, with links, names and targets resolved. When it throws, nothing runs. */
  judge(action: Action, origin: StepOrigin): Promise<Judgement>;
  sink: EventSink;
  clock: Clock;
  /** The sink ends on disk. */
  isDurable: boolean;
  autonomy: Autonomy;
  /** A getter where it may change while the run works: it is read before every step. */
  readonly mode: PermissionMode;
  /** What operators switched off, read anew before every step. When it throws, nothing runs. */
  switches(): Promise<{ paused: Pause | null; stopped: boolean; handsOff: readonly HandsOff[] }>;
  isolation: Pick<IsolationPort, 'choice' | 'settle'>;
  /** For what is recorded; what runs is never masked. */
  mask(text: string): string;
  /** A person is there. */
  attended: boolean;
  /** How they are asked; null: there is no way. */
  ask?: AskPorts | null;
  /** Of the change that is carried out; absent where none ever is. */
  grant?(): Grant | null;
}

/** The one way to an effect, and the only mint of permits. */
export function createGate(options: GateOptions): Gate {
  const { sink, clock, mask } = options;

  return {
    async perform(request, run) {
      const { judgement, decision, isAnswered } = await rule(options, request);
      recordDecision(options, request, judgement, decision);
      if (decision.kind !== 'allow') return { kind: 'refused', judgement, reason: mask(decision.reason) };

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
      const permit = Permit.mint(request.id, effect, judgement.action, judgement.needs, {
        isBare: (isAnswered || isPersons(options, request)) && (await runsBare(options, judgement)),
      });
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

/** Why it would not be done as things stand, in masked words; null: it would. Nothing is asked, recorded or run. */
export async function foresee(options: GateOptions, request: StepRequest): Promise<string | null> {
  const judgement = await options.judge(request.action, request.origin);
  const decision = await decideNow(options, request, judgement);
  return decision.kind === 'allow' ? null : options.mask(decision.reason);
}

/** Judged, decided, and put to a person where it takes one. */
async function rule(options: GateOptions, request: StepRequest): Promise<Ruled> {
  const ruleNow = async (): Promise<Ruled> => {
    const judgement = await options.judge(request.action, request.origin);
    return { judgement, decision: await decideNow(options, request, judgement), isAnswered: false };
  };
  const ruled = await ruleNow();
  const ports = options.ask ?? null;
  if (ruled.decision.kind !== 'ask' || ports === null) return ruled;
  const hidden = whyNotShown(ruled.judgement, printable);
  if (hidden !== null)
    return { ...ruled, decision: { kind: 'refuse', rule: 'gate:not-shown', reason: hidden } };
  const { sink, mask } = options;
  return askPerson({ request, ruled, ports, sink, mask, ruleAgain: ruleNow });
}

/**
 * What a person said yes to is run as they would run it where a sandbox cannot know what it needs (a program without a
 * spec, sudo) or cannot be had. What is known and can be undone stays confined.
 */
async function runsBare(options: GateOptions, { effect }: Judgement): Promise<boolean> {
  if (options.isolation.choice !== 'auto') return false;
  if (effectRank(effect) > effectRank('reversible')) return true;
  return (await options.isolation.settle()).kind === 'none';
}

/** A step of a change to which a person said yes as a whole. */
function isPersons({ grant }: GateOptions, { origin }: StepRequest): boolean {
  return (origin === 'change' || origin === 'rollback') && grant?.()?.byPerson === true;
}

async function decideNow(
  options: GateOptions,
  request: StepRequest,
  judgement: Judgement,
): Promise<Decision> {
  const { paused, stopped, handsOff } = await options.switches();
  const circumstances: Circumstances = {
    origin: request.origin,
    autonomy: options.autonomy,
    mode: options.mode,
    isAttended: options.attended,
    canAsk: options.attended && (options.ask ?? null) !== null,
    isDurable: options.isDurable,
    paused,
    isStopped: stopped,
    handsOff,
    grant: options.grant?.() ?? null,
  };
  const decision = decide(judgement, circumstances);
  if (decision.kind === 'refuse' || !needsIsolation(judgement, options.isolation.choice)) return decision;
  const bare = refuseBare(judgement, await options.isolation.settle());
  if (bare === undefined) return decision;
  // Settings that demand an isolation are not lifted by a yes.
  if (options.isolation.choice === 'auto' && isPersons(options, request)) return decision;
  if (options.isolation.choice !== 'auto' || !isAskable(judgement, circumstances)) return bare;
  const unconfined = 'nothing would confine it: it runs as you';
  return decision.kind === 'ask'
    ? { ...decision, reason: `${decision.reason}; ${unconfined}` }
    : { kind: 'ask', rule: 'gate:isolation', reason: `this is ${judgement.effect}, and ${unconfined}` };
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
    decision: decision.kind === 'allow' ? 'allow' : 'refuse',
    rule: decision.rule,
    reason: mask(decision.reason),
  });
}
