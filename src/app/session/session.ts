import type { PermissionMode } from '../../protocol/effect.ts';
import type { World } from '../world.ts';
import type { Hub } from './hub.ts';

/** What a session begins with: the command line, read. */
export interface SessionOptions {
  version: string;
  env: NodeJS.ProcessEnv;
  cwd: string;
  host: string;
  user: string;
  /** Settings, state, masker. Called when first needed, and again after it failed: the file may be mended by then. */
  openWorld(): Promise<World>;
  /** Run to go on with (`last`: the newest of this folder); null for a new one. */
  resume: string | null;
  model: string | null;
  fallbackModels: string[];
  mode: PermissionMode;
  allowed: string[];
  denied: string[];
  appendSystemPrompt: string | null;
  /** The terminal is gone, or steward was told to end. Its reason is a Reason. */
  signal: AbortSignal;
  /** The prompt stands there: until then nothing is begun that would make it late. */
  shown?: Promise<void>;
}

/** What the parts of a session share. Data that changes is in `state`, and is told of with `changed`. */
export interface Session {
  readonly options: SessionOptions;
  readonly hub: Hub;
  readonly state: SessionState;
  /** Rejects with OpsError when settings are wrong; a later call tries again. */
  world(): Promise<World>;
  /** The run that the command line names is open, or could not be opened. */
  begun(): Promise<void>;
  /** The status line is made anew. */
  changed(): void;
  /** Something went wrong that the operator should read; an OpsError with its hint, anything else as a bug. */
  trouble(error: unknown): void;
}

export interface SessionState {
  /** null before the first turn, and after `clear`. */
  run: string | null;
  runName: string | null;
  mode: PermissionMode;
  /** As named by the operator; null for what settings and environment say. */
  model: string | null;
  /** Permission rules that answers gave for this run. */
  rules: Set<string>;
  isWorking: boolean;
  isClosed: boolean;
}
