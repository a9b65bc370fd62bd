import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureObject } from '../../../src/cli/print/failure.ts';
import { ENDINGS, ending, type Reason } from '../../../src/protocol/outcome.ts';
import { anyTurns } from '../../runs/arbitrary-run.ts';
import { closedEvent, scriptRun } from '../../runs/scripted-run.ts';
import { print, RUN } from './printing.ts';

const REASONS = Object.keys(ENDINGS) as Reason[];
const anyText = fc.option(fc.string(), { nil: null });

/** Any part of a run in any order, and how it ended, with whatever else its last event says. */
const anyRun = fc.record({
  events: anyTurns
    .map((turns) => scriptRun(RUN, turns).filter(({ type }) => type !== 'run.closed'))
    .chain((events) => fc.shuffledSubarray(events)),
  reason: fc.constantFrom(...REASONS),
  message: anyText,
  result: anyText,
  resumeAt: fc.option(fc.nat(), { nil: null }),
});

/** Everything in the object that says how it went. */
function verdictsOf(result: Record<string, unknown>): Record<string, unknown> {
  const { exit_code, is_error, subtype, outcome, reason, errors, error, terminal_reason } = result;
  return {
    ...{ exit_code, is_error, subtype, outcome, reason, terminal_reason },
    hasErrors: Array.isArray(errors) && errors.every((text) => typeof text === 'string'),
    hasError: error !== null,
  };
}

function verdictsFor(reason: Reason): Record<string, unknown> {
  const row = ending(reason);
  const isError = row.exitCode !== 0;
  return {
    ...{ exit_code: row.exitCode, is_error: isError, subtype: row.subtype, outcome: row.outcome, reason },
    terminal_reason: row.terminalReason,
    hasErrors: isError,
    hasError: isError,
  };
}

describe('the result object', () => {
  it('says what a run took that broke outside its talk', async () => {
    const talked = scriptRun(RUN, [
      { calls: [], text: 'so', objection: '', isReduced: false, failures: 0 },
    ]).filter(({ type }) => type !== 'run.closed');
    const broken = closedEvent({ outcome: 'failed', reason: 'state-full', turns: 0, costUsd: 0 });
    const { num_turns, total_cost_usd } = JSON.parse((await print('json', [...talked, broken])).out);
    expect([num_turns, total_cost_usd]).toEqual([1, expect.toSatisfy((usd: number) => usd > 0)]);
  });

  it.each(['json', 'stream-json'] as const)(
    'agrees with the exit status whatever happened in the run: %s',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(anyRun, async ({ events, reason, message, result, resumeAt }) => {
          const end = { outcome: ending(reason).outcome, reason, message, result, resumeAt };
          const { out, err } = await print(format, [...events, closedEvent(end)]);
          const last: Record<string, unknown> = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '');
          expect(verdictsOf(last)).toEqual(verdictsFor(reason));
          expect(last.result).toBe(result ?? undefined);
          expect(err !== '').toBe(ending(reason).exitCode !== 0);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('never believes the outcome of the event over its reason', async () => {
    const lie = closedEvent({ outcome: 'healthy', reason: 'bug' });
    const { out } = await print('json', [lie]);
    expect(verdictsOf(JSON.parse(out))).toEqual(verdictsFor('bug'));
  });

  it('of a run that was never closed is that of a bug', async () => {
    const { out } = await print('json', []);
    expect(JSON.parse(out)).toMatchObject({
      exit_code: 1,
      reason: 'bug',
      errors: ['the run ended without being closed'],
    });
  });

  it.each(REASONS)('for what went wrong before a run agrees, too: %s', (reason) => {
    const object = failureObject(reason, 'm', { sessionId: '', uuid: 'u' });
    expect(verdictsOf(object)).toEqual(verdictsFor(reason));
  });
});

describe('text', () => {
  it('has a word on stderr exactly when the exit status is not 0, and the answer alone on stdout', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ events, reason, message, result, resumeAt }) => {
        const end = { outcome: ending(reason).outcome, reason, message, result, resumeAt };
        const { out, err } = await print('text', [...events, closedEvent(end)]);
        expect(out).toBe(result === null ? '' : `${result.trimEnd()}\n`);
        expect(err.startsWith('steward: ')).toBe(ending(reason).exitCode !== 0);
      }),
      { numRuns: 300 },
    );
  });

  it('names the time at which trying again makes sense', async () => {
    const end = closedEvent({
      outcome: 'stopped',
      reason: 'try-later',
      message: 'limit',
      result: null,
      resumeAt: 0,
    });
    expect((await print('text', [end])).err).toBe(
      `steward: stopped (try-later, exit 75): limit; try again at 1970-01-01T00:00:00.000Z\nsteward: run ${RUN}\n`,
    );
  });
});
