import { normalise, type PathJudge, type PathUse } from './paths.ts';

/** What judging looked at, in its order; kept only when somebody wants to be told. */
export type Note =
  | { kind: 'wrapper'; program: string }
  | { kind: 'spec'; program: string; source: string; verb: string; options: string[]; operands: string[] }
  | PathNote;

export interface PathNote {
  kind: 'path';
  /** As the line says it. */
  said: string;
  use: PathUse;
  /** Where it leads, links followed, as far as the host was asked and knew. */
  leadsTo: string[];
  /** The rule that speaks against it; null: none. */
  against: string | null;
}

/** The same judge, writing down what it was asked. */
export function notingPaths(
  paths: PathJudge,
  resolved: ReadonlyMap<string, string>,
  notes: Note[],
): PathJudge {
  return {
    wanted: paths.wanted,
    programOf: paths.programOf,
    check(path, cwds, use, isPattern) {
      const ruling = paths.check(path, cwds, use, isPattern);
      const raws = path.startsWith('/') ? [path] : cwds.map((cwd) => `${cwd}/${path}`);
      const found = raws.map((raw) => resolved.get(raw) ?? resolved.get(normalise(raw)) ?? normalise(raw));
      const against = ruling?.rule ?? null;
      notes.push({ kind: 'path', said: path, use, leadsTo: [...new Set(found)], against });
      return ruling;
    },
  };
}
