import { answerValue } from '../../lib/answer-json.ts';
import { ending, isError } from '../../protocol/outcome.ts';
import type { RunFold } from './run-fold.ts';
import { toWireUsage } from './wire.ts';

/** Version of our additions to the object; bumped when a field changes its meaning. */
const SCHEMA_VERSION = 1;

export interface ResultFrame {
  sessionId: string;
  /** Id of this line. */
  uuid: string;
  durationMs: number;
  /** With --json-schema: the answer is JSON and is given as a value too. */
  isStructured: boolean;
  windowOf(model: string): { contextTokens: number; maxOutputTokens: number } | null;
  logHead: string | null;
}

/**
 * Claude Code's result object with our additions. Every field that says how it went comes from the one reason in
 * `run.closed`, so they cannot disagree.
 */
export function resultObject(fold: RunFold, frame: ResultFrame): Record<string, unknown> {
  const { closed } = fold;
  const reason = closed?.reason ?? 'bug';
  const row = ending(reason);
  const message = closed?.message ?? (closed === null ? 'the run ended without being closed' : null);
  const failed = isError(reason);
  return {
    type: 'result',
    subtype: row.subtype,
    is_error: failed,
    api_error_status: fold.apiStatus,
    duration_ms: Math.round(frame.durationMs),
    duration_api_ms: Math.round(fold.modelMs),
    ttft_ms: fold.firstTokenMs === null ? null : Math.round(fold.firstTokenMs),
    // What broke a run outside its talk (a full disk, a bug) does not know what the talk took.
    num_turns: Math.max(closed?.turns ?? 0, fold.turns),
    ...(closed?.result == null ? {} : { result: closed.result }),
    // The answer of a run that escalates was checked too; one that did not come to its end has none.
    ...(frame.isStructured && !['failed', 'stopped'].includes(row.outcome)
      ? { structured_output: answerValue(closed?.result) }
      : {}),
    stop_reason: fold.stopReason,
    session_id: frame.sessionId,
    total_cost_usd: Math.max(closed?.costUsd ?? 0, costOf(fold)),
    usage: toWireUsage(fold.usage),
    modelUsage: modelUsageOf(fold, frame),
    permission_denials: fold.denials,
    terminal_reason: row.terminalReason,
    ...(failed ? { errors: [message ?? row.meaning] } : {}),
    uuid: frame.uuid,
    schema_version: SCHEMA_VERSION,
    exit_code: row.exitCode,
    outcome: row.outcome,
    reason,
    error: failed ? errorOf(reason, message ?? row.meaning, closed?.resumeAt ?? null) : null,
    goal: fold.opened?.goal ?? null,
    trigger: fold.opened?.trigger.kind ?? null,
    host: fold.opened?.host.hostname ?? null,
    isolation: fold.isolation,
    findings: fold.findings.map(({ id, key, rule, severity, object, text, evidence, state, isOpen }) => ({
      id,
      key,
      rule,
      severity,
      object,
      text,
      evidence,
      state,
      is_open: isOpen,
    })),
    evidence: fold.evidence,
    not_configured: fold.notConfigured,
    report: fold.report,
    verification: {
      verdict: verdictOf(fold),
      checks: fold.checks.map(({ id, text, verdict, detail, evidence }) => ({
        id,
        text,
        verdict,
        detail,
        evidence,
      })),
    },
    changes: fold.changes.map((change) => ({
      ...change,
      rollback_verified: change.end === 'rolled-back' ? true : change.end === 'escalated' ? false : null,
    })),
    notices: fold.notices,
    log_head: frame.logHead,
  };
}

function errorOf(code: string, message: string, resumeAt: number | null): Record<string, unknown> {
  return {
    code,
    message,
    retryable: code === 'try-later',
    resume_at: resumeAt === null ? null : new Date(resumeAt).toISOString(),
  };
}

function verdictOf(fold: RunFold): 'passed' | 'failed' | 'none' {
  if (fold.checks.some((check) => check.verdict === 'failed')) return 'failed';
  return fold.checks.some((check) => check.verdict === 'passed') ? 'passed' : 'none';
}

function modelUsageOf(fold: RunFold, frame: ResultFrame): Record<string, unknown> {
  return Object.fromEntries(
    [...fold.models].map(([model, totals]) => {
      const window = frame.windowOf(model);
      return [
        model,
        {
          inputTokens: totals.inputTokens,
          outputTokens: totals.outputTokens,
          cacheReadInputTokens: totals.cacheReadTokens,
          cacheCreationInputTokens: totals.cacheWriteTokens,
          webSearchRequests: 0,
          costUSD: totals.costUsd ?? 0,
          contextWindow: window?.contextTokens ?? 0,
          maxOutputTokens: window?.maxOutputTokens ?? 0,
        },
      ];
    }),
  );
}

function costOf(fold: RunFold): number {
  return [...fold.models.values()].reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
}
