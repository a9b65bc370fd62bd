import type { HttpCredential } from './action.ts';
import type { ExpressionTrees } from './expression-tree.ts';
import type { Severity } from './finding.ts';

/** A probe as its file declares it, checked when loaded (or compiled at build for shipped ones). */
export interface ProbeSpec {
  name: string;
  /** The file it came from, for error messages. */
  source: string;
  describe: string;
  /** Must answer for a run to be called healthy. */
  core: boolean;
  /** Programs (bare names) and paths that must exist; absent means "not configured". */
  needs: string[];
  /** What settings may say about it (`probes.parameters`), by name. */
  parameters: Record<string, ProbeParameter>;
  /** The values in force: defaults until settings are applied. In expressions `given`. */
  given: Record<string, unknown>;
  /** A parameter that has no value, so that there is nothing to ask; null when all have one. */
  unset: string | null;
  /** What the account, token or user needs that asks, and no more: for whoever sets it up. */
  access: string | null;
  /** Programs and paths that say the thing is here, so that a probe that was told nothing is worth a hint. */
  sign: string[];
  /** `root`: another user is not let in, and for it the probe is not configured. */
  privilege: 'any' | 'root';
  gather:
    | { kind: 'run'; argv: string[] }
    | { kind: 'steps'; steps: ProbeStep[] }
    | { kind: 'http'; endpoints: HttpEndpoint[] }
    | { kind: 'executable'; path: string };
  /** Exit statuses, besides 0, that are an answer and not a failure. */
  okExits: number[];
  parse: ParseSpec;
  /** name → CEL over `output`, `given`, `now` (seconds since the epoch), and the facts before it. */
  facts: Record<string, string>;
  /** Adds to each element of a fact how much its value grows a day (`per_day`; null: not known yet). */
  trend: { each: string; key: string; value: string } | null;
  /**
   * Facts, or fields of them (`disks.mount`), whose values are names of things that there are, as the machine itself
   * gives them. All others are free text: anybody may have written them.
   */
  inventory: string[];
  /** Text with `{cel}` parts over the facts: what is shown instead of the raw output. null: the output itself. */
  show: string | null;
  limitBytes: number;
  timeoutMs: number;
  egress: 'any' | 'local';
  rules: RuleSpec[];
  /** Of its expressions, when they were read at build. */
  trees?: ExpressionTrees;
}

export interface ProbeParameter {
  about: string;
  /** Also says of which type a value is: text, number, list of text, of numbers, of records. */
  example: unknown;
  /** null: without a value from settings the probe is not configured. */
  default: unknown;
  /** A variable of `environment` in settings that gives it too. */
  from: string | null;
}

/** One command of several; `{name}` in its words is a parameter, an earlier step's field or the element. */
export interface ProbeStep {
  name: string;
  argv: string[];
  parse: Exclude<ParseSpec, { kind: 'journal' | 'answers' }>;
  okExits: number[];
  /** `given.paths` or `scan.devices`: run once for each element; that one of them fails is then a fact. */
  each: string | null;
  as: string;
}

export interface HttpEndpoint {
  name: string;
  url: string;
  expectStatus: number;
  /** Other statuses that are an answer. */
  alsoExpect?: number[];
  credential?: HttpCredential;
  /** Which list of parameters one endpoint each is made for, and how an element is called in `name` and `url`. */
  each?: string;
  as?: string;
  /** The element it was made for. */
  item?: unknown;
}

export type ParseSpec =
  | {
      kind: 'columns';
      columns: { name: string; type: 'string' | 'int' | 'float' | 'percent' | 'bytes' }[];
      skip: number;
    }
  | { kind: 'json' | 'jsonl' | 'lines' | 'none' }
  /** One object; with `records` a list of them, separated by blank lines (`systemctl show '*'`). */
  | { kind: 'keyvalue' | 'records'; separator: string }
  /** Of several addresses: a list of `{ name, ok, status, problem, body, item }`, each body read as JSON. */
  | { kind: 'answers' }
  /** Repeated log lines folded into templates with counts; input is `journalctl -o json`. `entries`: as they are. */
  | { kind: 'journal' }
  | { kind: 'entries' };

export interface RuleSpec {
  id: string;
  /** Fact that is a list, and the name of one element. Without it the rule is judged once. */
  each: string | null;
  as: string;
  /** CEL for the object a finding is about; defaults to the host. */
  object: string | null;
  when: string;
  /**
   * CEL text: the rule matches only where this value was not seen on this host in the last 30 days. The first run
   * only learns.
   */
  changed: string | null;
  /** CEL number: a larger value than last time makes a standing finding "worse". */
  measure: string | null;
  severity: Severity;
  class: 'safe' | 'risky' | 'advisory';
  cooldownMs: number;
  /** Text with `{cel}` parts. */
  say: string;
  /** argv lists with `{cel}` parts, substituted per element and then judged; observe only. */
  look: string[][];
  /** `finds`: the objects, in any order (`host` for a rule without `object`). `before`: the facts of the run before. */
  examples: { facts: Record<string, unknown>; before?: Record<string, unknown>; finds: string[] }[];
}
