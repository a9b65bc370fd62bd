export const CRITICALITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Criticality = (typeof CRITICALITIES)[number];

/** Something that others depend on, or that depends on others. */
export interface GraphNode {
  /** `postgres`; of what only a source names, with its host where it has one: `web1/nginx.service`. */
  name: string;
  /** Other words that mean it: its unit, its bare name. */
  aliases: string[];
  host: string | null;
  criticality: Criticality;
  /** null: nobody has said so. */
  restartWithoutApproval: boolean | null;
  /** As they are written: `Sat 02:00-05:00`. None: any time. */
  safeHours: string[];
  /** `dependencies.yaml:4`; null: it is only derived. */
  place: string | null;
  /** As sources say; null: none says. */
  status: string | null;
  /** Sources say that it does not work, or have not been heard of it. */
  isDown: boolean;
}

export interface GraphEdge {
  /** Depends on `to`. */
  from: string;
  to: string;
  /** Declared by an operator, or told for certain by a source. */
  kind: 'declared' | 'derived';
  /** `dependencies.yaml:5`, or who told it: `systemd:web1`. */
  place: string;
}

export interface Quorum {
  name: string;
  members: string[];
  /** So many have to work. */
  needs: number;
  place: string;
}

export interface Graph {
  nodes: ReadonlyMap<string, GraphNode>;
  edges: readonly GraphEdge[];
  quorums: readonly Quorum[];
  /** What was left out, and why: one line each. */
  notes: readonly string[];
}

/** What operators declare, checked in itself. */
export interface Dependencies {
  files: string[];
  services: DeclaredDependency[];
  quorums: Quorum[];
}

export interface DeclaredDependency {
  name: string;
  place: string;
  unit: string | null;
  host: string | null;
  dependsOn: { name: string; place: string }[];
  criticality: Criticality | null;
  restartWithoutApproval: boolean | null;
  safeHours: string[];
}
