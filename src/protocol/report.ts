import type { Outcome } from './outcome.ts';

/** What the model handed in with the Report tool. A claim without evidence ids is refused by the tool. */
export interface ModelReport {
  outcome: Outcome;
  summary: string;
  findings: { text: string; severity: 'info' | 'warning' | 'critical'; evidence: string[] }[];
  actions: { text: string; evidence: string[] }[];
  advice: string[];
}

/** One check made by the shell after the model stopped. */
export interface Check {
  /** `V1`. */
  id: string;
  text: string;
  /** `skipped`: what it would look at does not exist here. Proves nothing, and fails nothing. */
  verdict: 'passed' | 'failed' | 'skipped';
  detail: string;
  evidence: string[];
}

export interface Verification {
  verdict: 'passed' | 'failed' | 'none';
  checks: Check[];
}
