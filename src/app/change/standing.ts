import type { Plan } from '../../changes/index.ts';
import { readTimeZone } from '../../host/index.ts';
import { nextOpening, parseWindow } from '../../lib/week-window.ts';
import { type Autonomy, autonomyRank, effectRank, type PermissionMode } from '../../protocol/effect.ts';
import { createGraphOpinion } from '../graph/graph-opinion.ts';
import type { RunScope } from '../run/open-run.ts';
import type { World } from '../world.ts';
import type { ChangeBench } from './change-ports.ts';
import { attemptsToday, MOST_ATTEMPTS } from './trust.ts';
import { whoIsHere } from './who-is-here.ts';

/** What may become of a change that a model asks for, now. */
export type Standing = { kind: 'grant' } | { kind: 'ask' | 'park' | 'refuse'; why: string };

/** Everything on which it depends. */
export interface StandingFacts {
  plan: Pick<Plan['planned'], 'effect' | 'undo' | 'doubts'>;
  autonomy: Autonomy;
  mode: PermissionMode;
  /** A person is there and can be asked. */
  isAttended: boolean;
  isDurable: boolean;
  /** It does more than write files. */
  hasCommands: boolean;
  /** Something would confine its commands, or settings do without. */
  isConfined: boolean;
  /** When its window opens, RFC 3339; null while it is open. */
  opensAt: string | null;
  /** Changes of the same target today that steward granted itself. */
  attempts: number;
  /** Somebody who is logged in here; null for nobody. */
  operator: string | null;
}

/** Pure. A person who is there is asked; what nobody can be asked is left for somebody, and the run goes on. */
export function standingOf(facts: StandingFacts): Standing {
  const { mode, autonomy, isAttended } = facts;
  if (mode === 'plan') return refuse('permission mode plan allows to look only');
  if (!facts.isDurable) return refuse('nothing is kept on disk, so nothing may be changed');
  if (autonomy === 'observe') return refuse('autonomy observe allows to look only');
  const why = isAttended ? (whyNot(facts) ?? whyShown(facts)) : (whyNot(facts) ?? whyNotAlone(facts));
  if (why === null) return { kind: 'grant' };
  if (mode === 'dontAsk') return refuse(why);
  return { kind: isAttended ? 'ask' : 'park', why };
}

/** null: it is within what this run may do by itself. Whoever is asked instead hears every doubt. */
function whyNot(facts: StandingFacts): string | null {
  const { doubts } = facts.plan;
  const first = whyBeyond(facts);
  if (first === null && doubts.length === 0) return null;
  return [...(first === null ? [] : [first]), ...doubts].join('; ');
}

function whyBeyond({ plan, autonomy, isConfined, opensAt }: StandingFacts): string | null {
  const { effect, undo } = plan;
  const most = autonomyRank(autonomy) >= autonomyRank('full') ? 'disruptive' : 'reversible';
  if (autonomyRank(autonomy) < autonomyRank('reversible')) {
    return `it is ${effect}, and autonomy ${autonomy} leaves every change to a person`;
  }
  if (effectRank(effect) > effectRank(most)) {
    return `it is ${effect}, and with autonomy ${autonomy} only what is ${most} is done unasked`;
  }
  if (opensAt !== null) return `its window is shut until ${opensAt}`;
  if (undo.includes(null)) return 'one of its steps cannot be rolled back';
  return isConfined ? null : 'nothing here would confine its commands';
}

/** Whoever is there sees a change before it is made, unless they said otherwise. */
function whyShown({ mode, hasCommands }: StandingFacts): string | null {
  if (mode === 'bypassPermissions' || (mode === 'acceptEdits' && !hasCommands)) return null;
  return 'you are there to say yes or no';
}

function whyNotAlone({ attempts, operator }: StandingFacts): string | null {
  if (attempts >= MOST_ATTEMPTS) {
    return `it was tried ${attempts} times today without a person, and ${MOST_ATTEMPTS} is the most`;
  }
  return operator === null ? null : `${operator} is logged in here, and is not to be surprised`;
}

function refuse(why: string): Standing {
  return { kind: 'refuse', why };
}

/** Looked up for one plan; what a refusal would not need is not looked at. */
export async function gatherStanding(
  scope: RunScope,
  { plan, bench }: { plan: Plan; bench: ChangeBench },
): Promise<StandingFacts> {
  const { world, attendance, request, autonomy } = scope;
  const hasCommands = plan.work.some(({ steps }) => steps.some(({ action }) => action.kind !== 'write'));
  const isolation = hasCommands ? await world.isolation.settle() : null;
  const isAlone = attendance === null;
  return {
    plan: plan.planned,
    autonomy,
    mode: attendance?.mode() ?? request.mode,
    isAttended: !isAlone,
    isDurable: world.store.kind === 'disk',
    hasCommands,
    isConfined: isolation === null || isolation.kind !== 'none' || isolation.choice === 'none',
    opensAt: opensAt(world, plan) ?? (await safeFrom(world, plan)),
    attempts: isAlone ? await attemptsToday(world, plan) : 0,
    operator: isAlone ? await whoIsHere(`${plan.planned.id}.who`, bench.ports) : null,
  };
}

/** By the safe hours of what it takes away; null: now is one. */
async function safeFrom(world: World, { work }: Plan): Promise<string | null> {
  const commands = work.flatMap(({ steps }) =>
    steps.flatMap(({ action }) =>
      action.kind === 'process' ? [action.argv] : action.kind === 'shell' ? [action.line.split(/\s+/)] : [],
    ),
  );
  const opening = await createGraphOpinion(world).opensAt(commands);
  return opening === null ? null : new Date(opening).toISOString();
}

/** null while it is open, or where none was given. */
export function opensAt(world: World, { planned }: Plan): string | null {
  const window = planned.change.window === null ? undefined : parseWindow(planned.change.window);
  if (window === undefined) return null;
  const now = world.clock.now();
  const opening = nextOpening(window, now, readTimeZone(world.env));
  return opening === now ? null : new Date(opening).toISOString();
}
