import type { PermissionMode } from '../protocol/effect.ts';
import type { PermissionRules } from './rules.ts';
import type { SpecBook } from './spec-book.ts';

export interface PolicyOptions {
  specs: SpecBook;
  rules: PermissionRules;
  mode: PermissionMode;
  home: string;
  /** To which relative path rules and `.` refer. */
  cwd: string;
  /** steward's own state folder, never to be written by a tool. */
  stateLocation: string;
  /** Absolute http(s) URLs; what lies below one of them may be fetched. */
  declaredEndpoints: readonly string[];
  /** Hosts on which commands may be run, judged like those here. */
  remoteHosts?: readonly string[];
  /** Where services are: what settings put into the environment of commands. */
  environment?: Readonly<Record<string, string>>;
}

/** What the host found out before an action is judged. */
export interface World {
  /** Each wanted path that exists to where it really is, links followed. */
  resolved: ReadonlyMap<string, string>;
  /** Why a program of a repository's own may be started in this folder; undefined: none is. Absent: not known. */
  programOfRepository?: (folder: string) => string | undefined;
  /** Is this (resolved) path inside the git work tree of the working directory? Absent: no. */
  isInGitWorkTree?: (path: string) => boolean;
}
