import type { Effect } from './effect.ts';
import type { ListingParse } from './named-thing.ts';

/**
 * What steward knows about one program, compiled from `src/policy/specs/*.yaml`. Plain JSON, so that shipped specs
 * are compiled at build and neither yaml nor a schema library is needed at start.
 */
export interface ProgramSpec {
  /** Bare names under which it is started. */
  names: string[];
  /** The file it came from, for error messages. */
  source: string;
  /** What a sandbox must leave reachable for it. */
  profile: 'text' | 'files' | 'host' | 'cluster';
  /** Variables with credentials that it is given: from steward's environment, or a file of systemd's credentials. */
  environment?: string[];
  /** Sockets, devices and files that a sandbox hides from all others; absolute, or below home (`~/`). */
  reaches?: string[];
  /** The repository in which it is started can name programs that it starts. `-C` says in which folder. */
  repository?: {
    /** Verbs that look at names and numbers only, for which none is started. */
    except: string[];
  };
  /**
   * How options are spelled. `getopt`: clusters, attached values, `--name value`, options anywhere before `--`.
   * `pflag`: the same, and `-o=value`, `--flag=false`. `go`: one or two dashes are the same, no clusters.
   * `find`: an expression, checked in code. `none`: any word that starts with a dash is unknown.
   */
  syntax: 'getopt' | 'pflag' | 'go' | 'find' | 'none';
  root: VerbSpec;
  target?: TargetRule;
  /** Which words name what; absent: nothing is known. */
  things?: ThingRule[];
  /** Lines that must be allowed, and lines that must not: checked when the spec is compiled. */
  allow: string[];
  notAllow: string[];
}

/** Which words say what it touches. */
export interface TargetRule {
  kind: 'unit' | 'endpoint';
  /** The operands behind its verbs do. */
  operands: boolean;
  /** The values of these options do. */
  options: string[];
  /** When no word does: this variable, then this. */
  variable?: string | undefined;
  otherwise?: string | undefined;
}

/** Which words name a thing of one kind, and which command lists what there is. */
export interface ThingRule {
  kind: string;
  /** Verb paths (`alloc logs`; '' is the program itself) to which of their operands do: all, or the first so many. */
  verbs: Record<string, number | 'all'>;
  /** The values of these options do, below any verb. */
  options: string[];
  /** Options that take a value under verbs of which the spec says nothing else. */
  values: string[];
  /**
   * Words of the listing. `{program}` stands for the program, `{scope}` for the options of `scope` that were given,
   * `{type}` for the type of a typed name.
   */
  list: string[];
  parse: ListingParse;
  isPrefix: boolean;
  scope: string[];
  /** Names may be `TYPE/NAME`, or follow a TYPE of their own; this type where none is said, '' where one must be. */
  type?: string | undefined;
  /** The part of the word that is the name: its first group. */
  pattern?: string | undefined;
}

export interface VerbSpec {
  effect: Effect;
  /** `ask` and `deny` are never looked into further: the reason says why. */
  verdict: 'allow' | 'ask' | 'deny';
  reason: string | null;
  /** Option name, with its dashes, to what it takes. `-NUM` stands for `-5`. Valid below this verb too, unless local. */
  options: Record<string, OptionKind>;
  /** Its options must stand before the next verb, where the same name may mean something else. */
  isLocal: boolean;
  /** Options that are known to change or to reveal something, with the reason. */
  deny: Record<string, string>;
  /** An option that is only allowed beside one of these. */
  companions: Record<string, string[]>;
  /** At least one of these must be given; empty: no such demand. */
  requires: string[];
  /** A string names the sibling that says it all. */
  verbs: Record<string, VerbSpec | string>;
  /** Verbs of which only this much is known. */
  changes: Record<string, Effect>;
  operands: OperandRule;
  /** Tried in order when this verb itself does not allow; the first that allows wins. */
  variants: VerbSpec[];
}

/**
 * `flag`: takes nothing. `value`: any text. `value2`: two words of text. `optional`: a value only when attached.
 * `number`: digits with a unit. `read`: a file whose content is read. `place`: a path of which only names and
 * attributes are read. The rest are small languages with a checker each. `/…/` is a pattern the value must match.
 */
export type OptionKind = string;

export interface OperandRule {
  /** Kinds in order; the last one repeats when `repeats`. Empty: no operand is allowed. */
  kinds: string[];
  repeats: boolean;
  minimum: number;
  /** When one of these options is given, the first kind is not there (`grep -e PATTERN`). */
  scriptOptions: string[];
  /** When one of these options is given (or `always`), files are read with everything below them. */
  recursive: string[];
  /** A word nobody knows the value of may stand here, because no option of the program could do harm. */
  isHarmless: boolean;
}
