/** What started a run. `payload` is data from outside and never an instruction. */
export interface Trigger {
  kind: 'manual' | 'timer' | 'alert' | 'on-failure' | 'resume';
  payload: unknown;
  /** Run that caused this one. */
  parent: string | null;
}
