import type { ValueType } from './value-type.ts';

/** One setting: everything that loading, merging, the reference page and the JSON schema need to know of it. */
export interface SettingRow<T> {
  type: ValueType<T>;
  default: T;
  /** What a later level does to an earlier one. */
  merge: 'replace' | 'append' | 'by-name';
  /** What a project's file may do. It comes with a repository, so it can tighten and never loosen. */
  project: 'never' | 'add' | 'lower';
  env: string | null;
  doc: string;
}

export function row<T>(
  type: ValueType<T>,
  initial: T,
  merge: SettingRow<T>['merge'],
  project: SettingRow<T>['project'],
  env: string | null,
  doc: string,
): SettingRow<T> {
  return { type, default: initial, merge, project, env, doc };
}
