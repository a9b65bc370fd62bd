import type { Precondition } from '../../protocol/change.ts';
import type {
  Ask,
  CallAids,
  Lesson,
  Pin,
  Ran,
  Reading,
  TypedToolName,
  TypedUndo,
} from '../../protocol/typed-call.ts';
import type { Input, Problem, Verbs } from './build-argv.ts';

/** Where commands are started: what settings say about clusters, and which machine this is. */
export interface Surroundings {
  /** Variables that settings give to commands; nothing else of the environment counts. */
  environment: Readonly<Record<string, string>>;
  /** Of the machine, as `HostIdentity`. */
  machine: string;
  hostname: string;
  /** Other machines on which commands may be run. */
  hosts?: readonly string[];
  /** Names of the variables that steward itself was started with: some of them are secrets that only a program reads. */
  inherited?: readonly string[];
}

export interface Prepared {
  /** The words as they will be run, when what was found belongs into them. */
  argv?: readonly string[];
  preconditions: Precondition[];
  /** null: none of its own. */
  undo: TypedUndo | null;
  /** What makes it last once it is verified. */
  confirm?: readonly string[];
  /** More about what it will do, for people. */
  notes: readonly string[];
}

/** One typed tool: a table of verbs, and functions over words and results. Only `Ask` reaches the machine. */
export interface TypedProgram {
  name: TypedToolName;
  program: string;
  verbs: Verbs;
  /** Verbs that only look, for tables: what a call does is still judged by its words. */
  observing: readonly string[];
  /** Whom it will talk to. */
  pin(input: Input, around: Surroundings, ask: Ask): Promise<Pin | Problem>;
  /** The words of a pin for people: `http://127.0.0.1:8500, datacenter home`. */
  describe(pin: Pin): string;
  /** Pure. */
  toArgv(input: Input, pin: Pin): { argv: string[]; cwd?: string } | Problem;
  /** Pure: what the exit status and the output mean. */
  read(input: Input, ran: Ran): Reading;
  /** What has to stay as it is until it is done, and how it is undone. Looks only. */
  prepare?(input: Input, pin: Pin, aids: CallAids): Promise<Prepared | Problem>;
  /** After it was made: what that shows of the machine. Looks only. */
  learn?(input: Input, pin: Pin, reading: Reading, ask: Ask): Promise<Lesson | null>;
  goBack?(undo: TypedUndo, pin: Pin, ask: Ask, act: Ask): Promise<Reading>;
}

/** For most programs: 0 is success, and everything else is not. */
export function readPlain({ exit, timedOut }: Ran, what: string): Reading {
  if (timedOut) return { ok: false, detail: `${what} timed out`, data: null };
  return { ok: exit === 0, detail: exit === 0 ? what : `${what} failed, exit ${exit}`, data: null };
}

export function isProblem<T extends object>(value: T): value is Extract<T, { problem: string }> {
  return 'problem' in value;
}

export function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Why nobody knows what it is: it was not asked at all, or gave no answer. */
export function notAnswering(who: string, answer: Ran | string): string {
  return typeof answer === 'string'
    ? `${who} was not asked: ${answer}`
    : `${who} does not answer: ${firstLine(answer)}`;
}

/** The first line that a program said about what went wrong. */
export function firstLine(ran: Ran | string): string {
  if (typeof ran === 'string') return ran;
  const said = `${ran.error.trim()}\n${ran.output.trim()}`.trim().split('\n')[0] ?? '';
  return said === '' ? `exit ${ran.exit}` : said.slice(0, 200);
}
