/** What every page stands in. Times are milliseconds since the epoch. */
export interface Frame {
  /** Before every path of a link: `` or `/steward`. */
  prefix: string;
  host: string;
  now: number;
  viewer: Viewer;
  /** null: nothing is paused. Not told to whoever has but a link. */
  paused: { until: number | null; by: string } | null;
  /** How many approvals wait. */
  waiting: number;
}

/** A device that was enrolled on the host; whoever has the address of one approval; nobody known. */
export type Viewer = { kind: 'device'; name: string } | { kind: 'link'; key: string } | { kind: 'stranger' };

export const SECTIONS = ['approvals', 'incidents', 'runs', 'findings', 'spend', 'pause'] as const;
export type Section = (typeof SECTIONS)[number];

/** The path of one thing, for links: an id can be anything. */
export function pathOf({ prefix }: Pick<Frame, 'prefix'>, section: Section, id?: string): string {
  return `${prefix}/${section}${id === undefined ? '' : `/${encodeURIComponent(id.toWellFormed())}`}`;
}
