import type { Effect } from './effect.ts';
import type { Target } from './target.ts';

/** What a person is asked before a step may run. Everything in it is masked and printable. */
export interface Question {
  /** `Q1`, unique in its run. */
  id: string;
  /** The step that waits: `C3`. */
  step: string;
  /** Exactly what will run when the answer is yes, as policy printed it. */
  command: string;
  cwd: string;
  /** Files as they would become, in unified form (lib/show-diff.ts); absent where none is written. */
  diffs?: { path: string; diff: string }[];
  /** Of a change: what has to be true afterwards, or it goes back. */
  proof?: string[];
  effect: Effect;
  target: Target;
  /** The rule that asks, and its sentence. */
  rule: string;
  reason: string;
  /** Words of the command that only outside text has said, and where. Empty when there are none. */
  origins: { word: string; source: string }[];
  /** What "for this run" would mean; null where no rule can be given for it (a floor, something irreversible). */
  offer: RuleOffer | null;
  /** It will want a password: the terminal is handed over while it runs. */
  wantsTerminal: boolean;
}

/** A permission rule that would have allowed the step, with what it would and would not match. */
export interface RuleOffer {
  rule: string;
  /** Three command lines each; what they show was proven with the policy in force. */
  matches: string[];
  misses: string[];
}

export type Answer =
  | { kind: 'once' }
  /** For the rest of this run, with exactly the rule that was offered. */
  | { kind: 'run' }
  | { kind: 'deny'; comment: string | null };

/** What became of an answer. `rule`: it was judged again with the rule, which proved to apply or did not. */
export interface Answered {
  kind: 'accepted' | 'too-late';
  rule: { rule: string; applies: boolean } | null;
}

/** Where the gate asks. Resolves with the answer, or with a denial when the signal aborts. */
export interface Asker {
  ask(question: Question, signal: AbortSignal): Promise<Answer>;
}
