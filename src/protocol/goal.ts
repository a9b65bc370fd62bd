import type { Expectation } from './change.ts';
import type { Autonomy } from './effect.ts';
import type { ExpressionTrees } from './expression-tree.ts';
import type { ToolName } from './tool.ts';

/** A Markdown file that says what done means. */
export interface Goal {
  name: string;
  /** File it came from, and whose: shipped, system, user, project. */
  source: string;
  layer: 'shipped' | 'system' | 'user' | 'project';
  description: string;
  enabled: boolean;
  probes: string[];
  /** Where an operator's file names each of them: `FILE:LINE: probes[2]`. Absent for what is shipped. */
  probePlaces?: Record<string, string>;
  tools: ToolName[];
  autonomy: Autonomy;
  gate: 'findings' | 'always' | 'never';
  egress: 'any' | 'local';
  limits: Limits;
  /** Parameters with defaults; null means it must be given with --set. */
  parameters: Record<string, string | null>;
  done: DoneCheck[];
  /** What has to be true after every change, besides its own checks. */
  invariants: Expectation[];
  /** Prose for the model, parameters filled in. */
  text: string;
  /**
   * The part of `text` that the operator wrote, where a project's file added to it or something else than a person gave
   * values to its parameters; absent: all of it.
   */
  ownText?: string;
  /** Of what `done` expects, when it was read at build. */
  trees?: ExpressionTrees;
}

export interface DoneCheck {
  probe: string;
  expect: string;
  /** Where an operator's file has it: `FILE:LINE: done[0].expect`. Absent for what is shipped. */
  place?: string;
  /** It came with a repository: it can fail a run, and proves nothing. */
  isProject?: true;
}

/** Absent: no such limit. */
export interface Limits {
  turns?: number;
  calls?: number;
  tokens?: number;
  usd?: number;
  durationMs?: number;
}
