import type { Precondition } from './change.ts';
import type { ProposedNote } from './knowledge.ts';

/** Tools with typed fields that start one program, never a shell. */
export const TYPED_TOOLS = [
  'Systemctl',
  'Journal',
  'Consul',
  'Nomad',
  'NixosRebuild',
  'Git',
  'Kubectl',
  'Ssh',
] as const;
export type TypedToolName = (typeof TYPED_TOOLS)[number];

/** The programs behind them, so that a tool is only offered where its program is. */
export const PROGRAM_OF: Readonly<Record<TypedToolName, string>> = {
  Systemctl: 'systemctl',
  Journal: 'journalctl',
  Consul: 'consul',
  Nomad: 'nomad',
  NixosRebuild: 'nixos-rebuild',
  Git: 'git',
  Kubectl: 'kubectl',
  Ssh: 'ssh',
};

/** What a program talks to, found out once and named in every call: `{ address: …, namespace: … }`. */
export type Pin = Readonly<Record<string, string>>;

/** How a command ended. */
export interface Ran {
  /** null when a signal ended it or it never started. */
  exit: number | null;
  output: string;
  error: string;
  timedOut: boolean;
}

/** What a call found out. */
export interface Reading {
  /** The question was answered, or the effect is there. */
  ok: boolean;
  /** What the exit status means, in steward's own words. */
  detail: string;
  /** What was printed, as JSON; null where it is only text. */
  data: unknown;
}

/** A command of steward's own, through the gate; a string says why there is no answer. */
export type Ask = (argv: readonly string[]) => Promise<Ran | string>;

/** How a call is undone: plain JSON, because another process may have to do it. */
export interface TypedUndo {
  text: string;
  /** What it would run, as far as that is known beforehand: judged with the plan, since a yes has to cover it. */
  commands: readonly (readonly string[])[];
  state: Readonly<Record<string, unknown>>;
}

/** What a call has shown about the machine beyond its own effect: worth to be known the next time. */
export interface Lesson {
  /** For whoever reads how the change ended: `it needs a reboot to take effect: kernel`. */
  says: string;
  /** The same title for the same lesson, whatever call has taught it. */
  note: ProposedNote;
}

/** A typed call as it will be made. */
export interface TypedWork {
  tool: TypedToolName;
  input: Readonly<Record<string, unknown>>;
  pin: Pin;
  argv: readonly string[];
  cwd: string;
  /** For people: what it does, and to what. */
  text: string;
  preconditions: Precondition[];
  /** null: no undo of its own is known. */
  undo: TypedUndo | null;
  /** What makes it last once it is verified, such as a switch after a test; null: nothing more. */
  confirm: readonly string[] | null;
}

/** What planning a call needs of whoever plans. */
export interface CallAids {
  ask: Ask;
  cwd: string;
  /** A file as it will be when the call is made: where it, or a copy, lies, and its digest; null: it will not be there. */
  future(path: string): Promise<{ path: string; at: string; sha256: string } | null>;
}

/** The typed tools as a change uses them. */
export interface TypedCalls {
  /** Looks only. */
  plan(
    tool: string,
    input: Readonly<Record<string, unknown>>,
    aids: CallAids,
  ): Promise<TypedWork | { problem: string; code?: string }>;
  /** An observing call of a check: without preconditions. */
  look(
    tool: string,
    input: Readonly<Record<string, unknown>>,
    aids: CallAids,
  ): Promise<TypedWork | { problem: string }>;
  /** Why it may not be done now: its target is another by now. null: it is as it was. */
  moved(work: TypedWork, ask: Ask): Promise<string | null>;
  read(work: TypedWork, ran: Ran): Reading;
  /** What its effect, or the lack of one, shows. Looks only; null: nothing new. */
  learn(work: TypedWork, reading: Reading, ask: Ask): Promise<Lesson | null>;
  /** Brings back what the call changed, from any state that the call itself made. `act`: with effects. */
  goBack(work: TypedWork, ask: Ask, act: Ask): Promise<Reading>;
}
