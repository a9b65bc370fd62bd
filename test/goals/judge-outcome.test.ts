import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeOutcome, type OutcomeFacts } from '../../src/goals/index.ts';
import { ENDINGS, ending, OUTCOMES, type Reason } from '../../src/protocol/outcome.ts';
import type { ModelReport, Verification } from '../../src/protocol/report.ts';
import type { ProbeStatus } from '../../src/protocol/snapshot.ts';

const ok = { probe: 'disk', status: 'ok', core: true } as const;
const failed = { probe: 'memory', status: 'failed', core: false } as const;
const absent = { probe: 'systemd-failed', status: 'not-configured', core: true } as const;
const finding = { id: 'F1', text: 'File system /var is 95% full' };

/** A quiet run in which everything answered. */
const QUIET: OutcomeFacts = {
  isPlainPrompt: false,
  items: [ok],
  findings: [],
  brokenRules: 0,
  hasEffects: false,
  changes: [],
  verification: 'none',
  modelEnded: 'not-called',
  modelReport: null,
  answeredCalls: 0,
  refusedCalls: 0,
};

function report(
  outcome: ModelReport['outcome'],
  findings: ModelReport['findings'] = [],
): Partial<OutcomeFacts> {
  const modelReport = { outcome, summary: 'What I saw and what I did.', findings, actions: [], advice: [] };
  return { modelEnded: 'report', modelReport };
}

describe('judgeOutcome', () => {
  const cases: [string, Partial<OutcomeFacts>, Reason][] = [
    ['everything answered and nothing was found', {}, 'healthy'],
    ['a core probe is not configured and another answered', { items: [ok, absent] }, 'healthy'],
    ['no probe was run', { items: [] }, 'cannot-tell'],
    ['no probe is configured here', { items: [absent] }, 'cannot-tell'],
    ['a probe that is not core failed', { items: [ok, failed] }, 'cannot-tell'],
    [
      'every core probe failed',
      {
        items: [
          { ...ok, status: 'failed' },
          { ...failed, status: 'ok' },
        ],
      },
      'monitoring-broken',
    ],
    ['every probe is unreachable', { items: [{ ...failed, status: 'unreachable' }] }, 'monitoring-broken'],
    [
      'a done check failed for want of an answer',
      { items: [{ ...ok, status: 'failed' }], verification: 'failed' },
      'monitoring-broken',
    ],
    ['a done check failed', { verification: 'failed' }, 'escalated'],
    ['a change waits for an answer', { findings: [finding], changes: ['parked'] }, 'parked'],
    ['a change was rolled back', { findings: [finding], changes: ['rolled-back'] }, 'rolled-back'],
    ['a change was rolled back and another one held', { changes: ['rolled-back', 'held'] }, 'healthy'],
    [
      'a change could be brought to no known state, whatever else held',
      { changes: ['escalated', 'held'] },
      'escalated',
    ],
    [
      'a change held, but what was found is still there',
      { findings: [finding], hasEffects: true, changes: ['held'], verification: 'passed' },
      'escalated',
    ],
    [
      'a change held and nothing is found any more',
      { hasEffects: true, changes: ['held'], verification: 'passed' },
      'fixed',
    ],
    ['a rule is broken', { brokenRules: 1 }, 'cannot-tell'],
    ['a finding stands, and nobody called a model', { findings: [finding] }, 'escalated'],
    ['a finding stands, and probes failed', { findings: [finding], items: [failed] }, 'escalated'],
    [
      'a finding stands, and the model says healthy',
      { findings: [finding], ...report('healthy') },
      'escalated',
    ],
    ['a change was verified', { hasEffects: true, verification: 'passed', modelEnded: 'report' }, 'fixed'],
    ['a change was not verified', { hasEffects: true, modelEnded: 'report' }, 'cannot-tell'],
    [
      'a change was verified, and a finding stands',
      { hasEffects: true, verification: 'passed', findings: [finding] },
      'escalated',
    ],
    ['a change failed its verification', { hasEffects: true, verification: 'failed' }, 'escalated'],
    [
      'a change was made, and then no probe answered',
      { hasEffects: true, verification: 'passed', items: [failed] },
      'monitoring-broken',
    ],
    ['the model says fixed, and changed nothing', report('fixed'), 'healthy'],
    ['the model says escalated', report('escalated'), 'escalated'],
    ['the model cannot tell', report('cannot-tell'), 'cannot-tell'],
    ['the model waits for an approval', report('needs-approval'), 'escalated'],
    [
      'the model says healthy and lists something critical',
      report('healthy', [{ text: 'RAID degraded', severity: 'critical', evidence: ['C1'] }]),
      'escalated',
    ],
    ['the model said nothing but text', { modelEnded: 'text' }, 'healthy'],
    [
      'a goal without probes was answered after looking',
      { items: [], answeredCalls: 2, ...report('reported') },
      'reported',
    ],
    [
      'a goal without probes was answered without looking',
      { items: [], refusedCalls: 2, ...report('reported') },
      'cannot-tell',
    ],
    ['the model server refused the key', { modelEnded: { failure: 'login' }, findings: [finding] }, 'login'],
    ['the turns ran out', { modelEnded: { failure: 'turns' } }, 'turns'],
    ['a success is passed off as a failure', { modelEnded: { failure: 'healthy' } }, 'cannot-tell'],
    ['a plain prompt was answered', { isPlainPrompt: true, items: [], modelEnded: 'text' }, 'reported'],
    [
      'a plain prompt was answered although calls were refused',
      { isPlainPrompt: true, items: [], modelEnded: 'text', refusedCalls: 1 },
      'reported',
    ],
    ['a plain prompt had no model', { isPlainPrompt: true, items: [] }, 'cannot-tell'],
    [
      'a plain prompt changed files that were not verified',
      { isPlainPrompt: true, items: [], modelEnded: 'text', hasEffects: true },
      'cannot-tell',
    ],
    [
      'a plain prompt changed files that were',
      { isPlainPrompt: true, items: [], modelEnded: 'text', hasEffects: true, verification: 'passed' },
      'reported',
    ],
  ];
  test.each(cases)('when %s', (_, facts, reason) => {
    expect(judgeOutcome({ ...QUIET, ...facts }).reason).toBe(reason);
  });

  test('says what decided', () => {
    expect(judgeOutcome({ ...QUIET, findings: [finding] }).because).toBe(
      '1 finding still there: F1 File system /var is 95% full.',
    );
    expect(judgeOutcome({ ...QUIET, items: [ok, failed] }).because).toBe('No answer from memory.');
    expect(judgeOutcome({ ...QUIET, items: [], refusedCalls: 2 }).because).toBe(
      'Nothing was checked, and 2 calls refused.',
    );
  });
});

const anyReason = fc.constantFrom(...(Object.keys(ENDINGS) as Reason[]));
const anyReport = fc.record({
  outcome: fc.constantFrom(...OUTCOMES),
  summary: fc.string(),
  findings: fc.array(
    fc.record({
      text: fc.string(),
      severity: fc.constantFrom('info' as const, 'warning' as const, 'critical' as const),
      evidence: fc.array(fc.string()),
    }),
    { maxLength: 2 },
  ),
  actions: fc.constant<ModelReport['actions']>([]),
  advice: fc.constant<string[]>([]),
});
/** Weighted so that a good part of the runs are successes: they are what the properties are about. */
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof(
    { arbitrary: fc.constant(usual), weight: 6 },
    { arbitrary: fc.constantFrom(...others), weight: 2 },
  );
const anyFacts: fc.Arbitrary<OutcomeFacts> = fc.record({
  isPlainPrompt: fc.boolean(),
  items: fc.array(
    fc.record({
      probe: fc.constantFrom<string>('disk', 'memory', 'journal'),
      status: mostly<ProbeStatus>('ok', 'not-configured', 'unreachable', 'failed'),
      core: fc.boolean(),
    }),
    { maxLength: 4 },
  ),
  findings: mostly<{ id: string; text: string }[]>([], [finding], [finding, finding]),
  brokenRules: mostly(0, 1, 2),
  hasEffects: fc.boolean(),
  changes: fc.array(
    mostly<OutcomeFacts['changes'][number]>('held', 'refused', 'rolled-back', 'escalated', 'parked'),
    { maxLength: 2 },
  ),
  verification: fc.constantFrom<Verification['verdict']>('passed', 'failed', 'none'),
  modelEnded: fc.oneof(
    { arbitrary: fc.constantFrom<OutcomeFacts['modelEnded']>('report', 'text', 'not-called'), weight: 4 },
    { arbitrary: anyReason.map((failure) => ({ failure })), weight: 1 },
  ),
  modelReport: fc.option<ModelReport>(anyReport, { nil: null }),
  answeredCalls: fc.nat(2),
  refusedCalls: fc.nat(2),
});
const isSuccess = (facts: OutcomeFacts) => ending(judgeOutcome(facts).reason).exitCode === 0;

describe('whatever happened', () => {
  /** Checks the runs that `isMeant`, and that there were enough of them to mean something. */
  const holds = (isMeant: (facts: OutcomeFacts) => boolean, check: (facts: OutcomeFacts) => void) => {
    let met = 0;
    fc.assert(
      fc.property(anyFacts, (facts) => {
        if (!isMeant(facts)) return;
        met += 1;
        check(facts);
      }),
      { numRuns: 6_000 },
    );
    expect(met).toBeGreaterThan(30);
  };

  test('a success has no finding, no broken rule, no silent probe and no unproved change', () => {
    holds(isSuccess, (facts) => {
      expect(facts.findings).toEqual([]);
      expect(facts.changes).not.toContain('parked');
      expect(facts.changes).not.toContain('escalated');
      expect(facts.brokenRules).toBe(0);
      expect(facts.items.filter(({ status }) => status === 'failed' || status === 'unreachable')).toEqual([]);
      expect(facts.verification).not.toBe('failed');
      expect(facts.hasEffects && facts.verification !== 'passed').toBe(false);
      expect(typeof facts.modelEnded).toBe('string');
    });
  });

  test('healthy means that a core probe answered, or any where none is core, and that nothing was changed', () => {
    holds(
      (facts) => judgeOutcome(facts).reason === 'healthy',
      (facts) => {
        const relevant = facts.items.filter(({ core }) => core);
        const counted = relevant.length > 0 ? relevant : facts.items;
        expect(counted.some(({ status }) => status === 'ok')).toBe(true);
        expect(facts.hasEffects).toBe(false);
      },
    );
  });

  test('fixed means that something was changed and verified', () => {
    holds(
      (facts) => judgeOutcome(facts).reason === 'fixed',
      (facts) => expect([facts.hasEffects, facts.verification]).toEqual([true, 'passed']),
    );
  });

  test('the model never raises an outcome: its report changes a success only, and only to none', () => {
    const alone = (facts: OutcomeFacts) => judgeOutcome({ ...facts, modelReport: null }).reason;
    holds(
      (facts) => judgeOutcome(facts).reason !== alone(facts),
      (facts) => {
        expect(ending(alone(facts)).exitCode).toBe(0);
        expect(isSuccess(facts)).toBe(false);
      },
    );
  });
});
