/** What these tests read of the result object. */
export interface Result {
  type: string;
  subtype: string;
  is_error: boolean;
  exit_code: number;
  outcome: string;
  reason: string;
  result?: string;
  errors?: string[];
  num_turns: number;
  isolation: string | null;
  trigger: string | null;
  log_head: string | null;
  session_id: string;
  permission_denials: unknown[];
  notices: string[];
  findings: { key: string; evidence: string[] }[];
  evidence: { id: string; kind: string; command: string; ok: boolean; summary: string }[];
  report: { outcome: string; summary: string } | null;
}

/** The one object of `--output-format json`; throws for anything else on stdout. */
export function readResult(stdout: string): Result {
  const result = JSON.parse(stdout) as Result;
  if (result.type !== 'result') throw new Error(`no result object: ${stdout.slice(0, 200)}`);
  return result;
}
