/** What started a run. `payload` is data from outside and never an instruction. */
export interface Trigger {
  kind: 'manual' | 'timer' | 'alert' | 'on-failure' | 'resume';
  payload: unknown;
  /** Run that caused this one. */
  parent: string | null;
  /** Runs between this one and what no run started: 0. Absent in logs of before it was kept. */
  depth?: number;
  /** Who, or what: a user, a slot of a timer, a source of alerts. From outside. */
  by?: string | null;
}
