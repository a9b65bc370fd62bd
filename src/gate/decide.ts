import { resolve } from 'node:path';
import type { Action } from '../protocol/action.ts';
import { type Autonomy, autonomyRank, effectRank, type PermissionMode } from '../protocol/effect.ts';
import type { Grant, StepOrigin } from '../protocol/gate.ts';
import type { Decision, Judgement } from '../protocol/verdict.ts';

/** Everything besides policy's answer on which a decision depends. */
export interface Circumstances {
  origin: StepOrigin;
  autonomy: Autonomy;
  mode: PermissionMode;
  /** A person is there. */
  isAttended: boolean;
  /** And can be asked. */
  canAsk: boolean;
  /** The log is kept on disk. */
  isDurable: boolean;
  paused: Pause | null;
  isStopped: boolean;
  /** What only people may change for now. */
  handsOff: readonly HandsOff[];
  /** Of the change that is carried out; null while none is. */
  grant: Grant | null;
}

export interface HandsOff {
  target: string;
  /** Milliseconds since the epoch. */
  until: number;
  by: string;
}

export interface Pause {
  /** Milliseconds since the epoch; null for "until somebody resumes". */
  until: number | null;
  by: string;
}

/**
 * The whole decision, pure. It is `ask` only where somebody is there to be asked; what cannot be asked is refused, with
 * a reason that says what it would take. No autonomy, mode or person turns a deny into anything else.
 */
export function decide(judgement: Judgement, circumstances: Circumstances): Decision {
  // The way back is open also to whoever is told to stop: half a change is worse than either state.
  if (circumstances.isStopped && circumstances.origin !== 'rollback') {
    return refuse('gate:stopped', 'an operator stopped this run: nothing more is done');
  }
  if (judgement.verdict === 'deny') return refuse(judgement.rule, judgement.reason);
  const isEffect = judgement.effect !== 'observe';
  const held =
    (isEffect ? holdEffect(judgement, circumstances) : undefined) ??
    (needsAnswer(judgement, circumstances) ? askOrRefuse(judgement, circumstances) : undefined);
  return held ?? { kind: 'allow', rule: judgement.rule, reason: judgement.reason };
}

/**
 * A call of the model may be put to a person. A line that policy cannot read to its end may not: nobody knows whether it
 * holds what no yes can lift.
 */
export function isAskable({ action, commands }: Judgement, circumstances: Circumstances): boolean {
  const isCommand = action.kind === 'process' || action.kind === 'shell';
  if (isCommand && commands === undefined) return false;
  return circumstances.canAsk && circumstances.origin === 'tool' && circumstances.mode !== 'dontAsk';
}

/** Why an effect above observe may not happen now, or not without a yes, whatever policy thinks of it. */
function holdEffect(judgement: Judgement, circumstances: Circumstances): Decision | undefined {
  const { effect, action, verdict } = judgement;
  const { origin, autonomy, paused } = circumstances;
  if (paused !== null && origin !== 'rollback') return refuse('gate:paused', describePause(paused));
  const kept = origin === 'rollback' ? undefined : keptFor(judgement, circumstances.handsOff);
  if (kept !== undefined) {
    const until = new Date(kept.until).toISOString();
    return refuse('gate:hands-off', `${kept.target} is left to ${kept.by} until ${until}`);
  }
  if (!circumstances.isDurable) {
    return refuse(
      'gate:not-durable',
      `the run log is not kept on disk, so nothing that is ${effect} may run`,
    );
  }
  if (origin === 'undo') {
    const isUndo = effect === 'reversible' && isFileChange(action);
    return isUndo ? undefined : refuse('gate:undo', 'an undo brings back files and does nothing else');
  }
  if (origin === 'change' || origin === 'rollback') return refuseUngranted(judgement, circumstances);
  if (origin !== 'tool') {
    return refuse('gate:observe-only', `a ${origin} step may only observe, and this is ${effect}`);
  }
  const why = verdict === 'ask' ? `${judgement.reason}; ` : '';
  if (circumstances.mode === 'plan') {
    return refuse(
      'gate:plan-mode',
      `${why}permission mode plan allows to observe only, and this is ${effect}; propose it instead`,
    );
  }
  if (autonomyRank(autonomy) < autonomyRank('reversible')) {
    // With somebody there, to propose is to ask.
    if (autonomy === 'propose' && isAskable(judgement, circumstances)) {
      return ask(judgement, 'gate:autonomy', `autonomy propose asks for everything, and this is ${effect}`);
    }
    return refuse(
      'gate:autonomy',
      `${why}autonomy ${autonomy} allows to observe only, and this is ${effect}; propose it with the Change tool, or in the report`,
    );
  }
  const isBeyond = effectRank(effect) > effectRank('reversible');
  // What cannot be undone takes a yes of its own each time.
  const isGiven =
    circumstances.isAttended && effect === 'disruptive' && autonomy === 'full' && verdict === 'allow';
  if (isBeyond && !isGiven && isAskable(judgement, circumstances)) {
    return ask(judgement, 'gate:beyond-reversible', `this is ${effect}`);
  }
  if (isBeyond && !isGiven) {
    return refuse(
      'gate:beyond-reversible',
      `${why}this is ${effect}, which takes a person's approval that this run cannot get; propose it with the Change tool, or in the report`,
    );
  }
  return undefined;
}

function isGranted({ origin, grant }: Pick<Circumstances, 'origin' | 'grant'>): boolean {
  return (origin === 'change' || origin === 'rollback') && grant !== null;
}

/** Is it about a target that somebody keeps? By its resolved name, its file, and the words of its commands. */
function keptFor(
  { target, action, commands = [], writes = [] }: Judgement,
  kept: readonly HandsOff[],
): HandsOff | undefined {
  const words = [...commands.flat(), ...writes];
  const names = new Set([target.name, ...words]);
  const paths =
    action.kind === 'write' || action.kind === 'remove'
      ? [action.path]
      : 'cwd' in action
        ? words.flatMap((word) => pathsIn(word, action.cwd))
        : [];
  return kept.find(({ target: name }) => {
    const folder = name.replace(/\/$/, '');
    return (
      name === EVERYTHING ||
      paths.some((path) => path === folder || path.startsWith(`${folder}/`)) ||
      names.has(name) ||
      names.has(name.replace(/\.service$/, '')) ||
      names.has(`${name}.service`)
    );
  });
}

/** What a word of a command may mean as a path: all of it, the value of an option, what is attached to one. */
function pathsIn(word: string, cwd: string): string[] {
  const value = word.slice(word.indexOf('=') + 1);
  const attached = /^-[A-Za-z](.+)$/.exec(word)?.[1] ?? value;
  return [...new Set([word, value, attached])].map((path) => resolve(cwd, path));
}

/** The host itself is kept. */
const EVERYTHING = '*';

/** A step that does more than the plan that was granted is another plan. */
function refuseUngranted({ effect }: Judgement, { grant }: Circumstances): Decision | undefined {
  if (grant === null) return refuse('gate:no-grant', `nobody granted the change, and this is ${effect}`);
  if (effectRank(effect) <= effectRank(grant.effect)) return undefined;
  return refuse('gate:beyond-grant', `the change was granted as ${grant.effect}, and this is ${effect}`);
}

/** Whether the mode already lifts an edit is policy's to say: it knows the rules and the place. */
function needsAnswer({ verdict, effect }: Judgement, { origin, mode, grant }: Circumstances): boolean {
  if (verdict !== 'ask' || origin === 'undo') return false;
  // Who granted the whole was shown each of its parts.
  if (isGranted({ origin, grant })) return false;
  const isBypassed = origin === 'tool' && mode === 'bypassPermissions';
  return !(isBypassed && effectRank(effect) <= effectRank('reversible'));
}

/** A refusal tells the model what to do instead, and the operator what would have to be set. */
function askOrRefuse(judgement: Judgement, circumstances: Circumstances): Decision {
  if (isAskable(judgement, circumstances)) return ask(judgement, judgement.rule, judgement.reason);
  const { isAttended, canAsk, mode } = circumstances;
  const who =
    canAsk && mode === 'dontAsk'
      ? 'permission mode dontAsk asks nobody'
      : isAttended
        ? 'this session has no way to ask'
        : 'nobody can be asked in this run';
  const rule = suggestRule(judgement.action);
  const remedy =
    rule === undefined
      ? 'find another way, or propose it with the Change tool'
      : `find another way, or propose it with the Change tool; an operator can permit it with the rule ${rule}`;
  return refuse(judgement.rule, `${judgement.reason}: this needs a person's yes, and ${who}; ${remedy}`);
}

/** In Claude Code's syntax; broad only where the words name the thing that is touched. */
export function suggestRule(action: Action): string | undefined {
  switch (action.kind) {
    case 'shell':
      return /^[^\n]{1,120}$/.test(action.line) ? `Bash(${action.line})` : undefined;
    case 'process': {
      const line = action.argv.join(' ');
      return line.length <= 120 ? `Bash(${line})` : undefined;
    }
    case 'read':
    case 'scan':
      return `Read(${action.kind === 'read' ? action.path : `${action.root}/**`})`;
    case 'write':
    case 'remove':
      return `Edit(${action.path})`;
    case 'fetch':
      return undefined;
  }
}

function isFileChange(action: Action): boolean {
  return action.kind === 'write' || action.kind === 'remove';
}

function describePause({ until, by }: Pause): string {
  const end = until === null ? 'until somebody resumes it' : `until ${new Date(until).toISOString()}`;
  return `steward is paused ${end} (by ${by}): it may observe only; \`steward resume\` ends the pause`;
}

/** Policy's own question says more than the gate's. */
function ask(judgement: Judgement, rule: string, reason: string): Decision {
  const { verdict } = judgement;
  return verdict === 'ask'
    ? { kind: 'ask', rule: judgement.rule, reason: judgement.reason }
    : { kind: 'ask', rule, reason };
}

function refuse(rule: string, reason: string): Decision {
  return { kind: 'refuse', rule, reason };
}
