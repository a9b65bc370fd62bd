import { createPolicy, type Policy, parsePermissionRule } from '../policy/index.ts';
import type { Action } from '../protocol/action.ts';
import type { PermissionMode } from '../protocol/effect.ts';
import type { Judgement } from '../protocol/verdict.ts';
import { shippedSpecs } from './shipped.ts';
import type { World } from './world.ts';

export interface Policing {
  policy: Policy;
  /** Policy with the machine's help: links and `..` are resolved before it decides. */
  judge(action: Action): Promise<Judgement>;
}

export interface PolicingOptions {
  mode: PermissionMode;
  /** Rules of the command line; those of settings are added. */
  allowed: readonly string[];
  denied: readonly string[];
}
