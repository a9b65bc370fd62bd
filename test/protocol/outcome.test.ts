import { describe, expect, it } from 'vitest';
import { ENDINGS, ending, isError, OUTCOMES, type Reason } from '../../src/protocol/outcome.ts';

const REASONS = Object.keys(ENDINGS) as Reason[];

describe('the table of endings', () => {
  it('is what scripts, units and the docs rely on', () => {
    const rows = REASONS.map((reason) => {
      const { outcome, exitCode, subtype, terminalReason } = ending(reason);
      return `${reason} ${outcome} ${exitCode} ${subtype} ${terminalReason}`;
    });
    expect(rows).toEqual([
      'healthy healthy 0 success completed',
      'fixed fixed 0 success completed',
      'reported reported 0 success completed',
      'parked needs-approval 77 error_during_execution tool_deferred',
      'escalated escalated 60 error_during_execution completed',
      'rolled-back escalated 58 error_during_execution completed',
      'cannot-tell cannot-tell 61 error_during_execution completed',
      'monitoring-broken monitoring-broken 62 error_during_execution completed',
      'turns stopped 53 error_max_turns max_turns',
      'calls stopped 53 error_max_turns max_turns',
      'repeated stopped 53 error_during_execution blocking_limit',
      'usd stopped 56 error_max_budget_usd budget_exhausted',
      'tokens stopped 56 error_max_budget_usd budget_exhausted',
      'duration stopped 56 error_during_execution blocking_limit',
      'try-later stopped 75 error_during_execution api_error',
      'interrupted stopped 130 error_during_execution aborted_streaming',
      'terminated stopped 143 error_during_execution aborted_streaming',
      'halted stopped 143 error_during_execution aborted_tools',
      'usage failed 2 error_during_execution blocking_limit',
      'login failed 41 error_during_execution api_error',
      'money failed 41 error_during_execution api_error',
      'input failed 42 error_during_execution blocking_limit',
      'sandbox failed 44 error_during_execution blocking_limit',
      'settings failed 52 error_during_execution blocking_limit',
      'tool failed 54 error_during_execution aborted_tools',
      'schema failed 57 error_max_structured_output_retries model_error',
      'bad-request failed 1 error_during_execution model_error',
      'broken-reply failed 1 error_during_execution model_error',
      'state-full failed 1 error_during_execution blocking_limit',
      'busy failed 1 error_during_execution blocking_limit',
      'bug failed 1 error_during_execution model_error',
    ]);
  });

  it.each(REASONS)('is an error, an exit status and a subtype together: %s', (reason) => {
    const { exitCode, subtype } = ending(reason);
    expect([isError(reason), subtype !== 'success']).toEqual([exitCode !== 0, exitCode !== 0]);
  });

  it('has a row for every outcome, and success for three of them', () => {
    const outcomes = new Set(REASONS.map((reason) => ending(reason).outcome));
    expect([...outcomes].sort()).toEqual([...OUTCOMES].sort());
    const good = REASONS.filter((reason) => !isError(reason));
    expect(good).toEqual(['healthy', 'fixed', 'reported']);
  });
});
