import type { Action } from './action.ts';
import type { Effect } from './effect.ts';
import type { Needs } from './isolation.ts';
import type { NamedThing } from './named-thing.ts';
import type { Target } from './target.ts';

export type Verdict = 'allow' | 'ask' | 'deny';

/** Policy's answer about one action. */
export interface Judgement {
  verdict: Verdict;
  effect: Effect;
  /** The rule that decided, e.g. `spec:systemctl.status`, `floor:secret-file`, `unknown-program`. */
  rule: string;
  /** One sentence that a model or a person can act on. */
  reason: string;
  target: Target;
  /** What runs if it is allowed; equal to what was asked, or its re-printed form. */
  action: Action;
  /** Of a command line: the literal words of its simple commands, wrappers and what they wrap. */
  commands?: readonly (readonly string[])[];
  /** Of a command line: files that its redirections write, as they stand there. */
  writes?: readonly string[];
  /** Of a command whose words are literal: what its programs' specs say that they name. */
  things?: readonly NamedThing[];
  /** Of a command above observe: words that are programs or verbs of one, and name nothing in the world. */
  verbs?: readonly string[];
  /** What to know about an action that is allowed, such as a name in it that nobody has observed. */
  notes?: readonly string[];
  /** Words that only outside text has said, and the evidence that says them. Absent or empty: none. */
  origins?: readonly { word: string; source: string }[];
  /** Nobody has observed some of it, or only outside text has said it: why it asks, or one reason more. */
  isStrange?: boolean;
  /** Of a command: what a sandbox must leave to it. Absent: nothing is known of it, so nothing but reading. */
  needs?: Needs;
}

/** What the gate made of a judgement, given who is there to answer. */
export interface Decision {
  kind: 'allow' | 'refuse' | 'ask';
  rule: string;
  reason: string;
}
