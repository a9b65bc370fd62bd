import type { Action } from '../protocol/action.ts';
import type { ChangeEvent } from '../protocol/change-event.ts';
import type { Gate, StepOrigin } from '../protocol/gate.ts';
import type { Clock, Files, Http, Processes } from '../protocol/machine.ts';
import type { OwnGround } from '../protocol/own-ground.ts';
import type { TypedCalls } from '../protocol/typed-call.ts';
import type { Judgement } from '../protocol/verdict.ts';

/** What planning and carrying out a change needs of the rest. */
export interface ChangePorts {
  /** The one way to an effect, also here. */
  gate: Gate;
  /** As whose steps they go through it. */
  origin: Extract<StepOrigin, 'change' | 'rollback'>;
  /** Policy's answer with links and names resolved; nothing runs. */
  judge(action: Action): Promise<Judgement>;
  /** Why the gate would not let a step of this change pass, as things stand; null: it would. Nothing runs. */
  foresee(action: Action): Promise<string | null>;
  /** From a line to what would run: argv for one command, else the line for a shell. */
  toAction(line: string, cwd: string): Action;
  /** Tools with typed input: `call` steps and checks. */
  typed: TypedCalls;
  processes: Pick<Processes, 'run' | 'find'>;
  files: Files;
  http: Http;
  clock: Clock;
  /** An expression over what a check saw. Rejects with what is wrong with it. */
  evaluate(source: string, values: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** A probe gathered anew; `findings` counts what its rules find. */
  probe(
    name: string,
  ): Promise<{ ok: boolean; detail: string; facts: Record<string, unknown>; findings: number }>;
  /** Where Prometheus is asked; null when settings declare none. */
  prometheus: string | null;
  /** Files of this change in the state folder, private and on disk when a write resolves. */
  kept: {
    write(name: string, text: string): Promise<void>;
    read(name: string): Promise<string | undefined>;
    /** Absolute; undefined where nothing is kept on disk. */
    pathOf(name: string): string | undefined;
  };
  /** A copy for programs that check a file before it is in its place; gives its absolute path. */
  copyOf(name: string, content: string | Uint8Array): Promise<string>;
  /** What no copy may hold. */
  secrets: { isSecret(path: string): boolean; isSecretLink(path: string): boolean };
  record(event: ChangeEvent): void;
  /** On disk when it resolves: a step is not begun before its `began` is. */
  sync(): Promise<void>;
  mask(text: string): string;
  /** Of this machine. */
  hostname: string;
  /** How long a change of the way to this machine waits, at least, before the old state comes back by itself. */
  deadManMs: number;
  /** What steward itself stands on here. */
  ground: OwnGround;
  /** What relative paths are relative to. */
  cwd: string;
  signal: AbortSignal;
  /** Milliseconds until all has to be over; absent: it takes as long as it takes. */
  leftMs?(): number;
}
