import { counted } from '../lib/counted.ts';
import type { ChangeEnd } from '../protocol/change.ts';
import type { Finding } from '../protocol/finding.ts';
import { ending, type Outcome, type Reason } from '../protocol/outcome.ts';
import type { ModelReport, Verification } from '../protocol/report.ts';
import type { SnapshotItem } from '../protocol/snapshot.ts';

/** How a run went, as far as its outcome depends on it. */
export interface OutcomeFacts {
  /** A prompt of a person, without a goal. */
  isPlainPrompt: boolean;
  /** Of the last snapshot: the one after the last effect, when there was any. */
  items: readonly Pick<SnapshotItem, 'probe' | 'status' | 'core'>[];
  /** Of the same snapshot, with those that cool down or are muted: silence does not make them go away. */
  findings: readonly Pick<Finding, 'id' | 'text'>[];
  brokenRules: number;
  /** Something above observe was done. */
  hasEffects: boolean;
  /** How the changes ended that the shell carried out, or left for somebody to answer. */
  changes: readonly (ChangeEnd | 'parked')[];
  /** Of everything the shell checked afterwards: `done` checks and the proofs of each change. */
  verification: Verification['verdict'];
  /** How the model's part ended: it reported, it stopped with text, nobody called it, or it failed for a reason. */
  modelEnded: 'report' | 'text' | 'not-called' | { failure: Reason };
  modelReport: ModelReport | null;
  /** Calls of the model that were answered, and those that the gate refused. */
  answeredCalls: number;
  refusedCalls: number;
}

export interface OutcomeJudgement {
  reason: Reason;
  /** One sentence for people: what decided. */
  because: string;
}

/**
 * The one place where a run's end is decided. Facts first; then the model may lower what they say, and never raise it.
 * Nothing checked or nothing proved is not success.
 */
export function judgeOutcome(facts: OutcomeFacts): OutcomeJudgement {
  const judged = judgeFacts(facts);
  return isSuccess(judged.reason) ? lower(judged, facts) : judged;
}

function judgeFacts(facts: OutcomeFacts): OutcomeJudgement {
  const { items, findings, brokenRules, hasEffects, verification, modelEnded } = facts;
  if (typeof modelEnded === 'object') return judgeFailure(modelEnded.failure);
  const configured = items.filter(({ status }) => status !== 'not-configured');
  const silent = configured.filter(({ status }) => status !== 'ok');
  const core = configured.filter((item) => item.core);

  if (facts.changes.includes('escalated')) {
    return end('escalated', 'A change could be brought neither to its new nor to its old state.');
  }
  const last = facts.changes.findLast((change) => change !== 'refused' && change !== 'parked');
  if (last === 'rolled-back') {
    return end('rolled-back', 'A change did not hold, and was rolled back.');
  }
  const parked = facts.changes.filter((change) => change === 'parked').length;
  if (parked > 0) return end('parked', `${counted(parked, 'change')} waiting for an answer.`);
  if (hasEffects && verification === 'failed') {
    return end('escalated', 'Something was changed, and a check afterwards failed.');
  }
  if (findings.length > 0) {
    return end('escalated', `${counted(findings.length, 'finding')} still there: ${nameSome(findings)}.`);
  }
  if (hasEffects && verification !== 'passed') {
    return end('cannot-tell', 'Something was changed, and nothing proved that it worked.');
  }
  if (core.length > 0 && core.every(({ status }) => status !== 'ok')) {
    return end('monitoring-broken', `No core probe answered: ${names(core)}.`);
  }
  if (configured.length > 0 && silent.length === configured.length) {
    return end('monitoring-broken', `No probe answered: ${names(silent)}.`);
  }
  if (brokenRules > 0) return end('cannot-tell', `${counted(brokenRules, 'rule')} could not be judged.`);
  if (silent.length > 0) return end('cannot-tell', `No answer from ${names(silent)}.`);
  // After the silent ones: a check on a probe that gave no answer fails too, and proves nothing.
  if (verification === 'failed') return end('escalated', 'A check of the goal failed.');
  if (hasEffects && !facts.isPlainPrompt) return end('fixed', 'Changed, and verified afterwards.');
  if (facts.isPlainPrompt) return judgePlainPrompt(facts);
  // Without a core probe all that answered count: an operator's own goal may watch one thing only.
  const hasCore = items.some((item) => item.core);
  if (core.length > 0 || (modelEnded === 'not-called' && configured.length > 0 && !hasCore))
    return end('healthy', `${counted(configured.length, 'probe')} answered and nothing was found.`);
  // A goal without core probes asks a question; an answer needs somebody who looked.
  if (modelEnded !== 'not-called' && facts.answeredCalls + configured.length > 0) {
    return end('reported', 'The question was answered.');
  }
  const refused = facts.refusedCalls > 0 ? `, and ${counted(facts.refusedCalls, 'call')} refused` : '';
  return end('cannot-tell', `Nothing was checked${refused}.`);
}

function judgePlainPrompt({ modelEnded }: OutcomeFacts): OutcomeJudgement {
  return modelEnded === 'not-called'
    ? end('cannot-tell', 'No model was called, so the prompt has no answer.')
    : end('reported', 'The prompt was answered.');
}

function judgeFailure(reason: Reason): OutcomeJudgement {
  // A caller that passes a success as a failure has a bug; the exit status must not profit from it.
  return isSuccess(reason)
    ? end('cannot-tell', 'The work was cut off.')
    : end(reason, ending(reason).meaning);
}

/** What the model's own report takes away from a success. */
function lower(judged: OutcomeJudgement, facts: OutcomeFacts): OutcomeJudgement {
  const report = facts.modelReport;
  if (!report) return judged;
  const claimed = LOWERED[report.outcome];
  if (claimed) return end(claimed, `The model reports ${report.outcome}.`);
  const critical = report.findings.filter(({ severity }) => severity === 'critical');
  if (judged.reason === 'healthy' && critical.length > 0) {
    return end('escalated', `The model reports ${counted(critical.length, 'critical finding')}.`);
  }
  return judged;
}

/** Nothing is parked yet, so a proposal that waits for a person is an escalation. */
const LOWERED: Partial<Record<Outcome, Reason>> = {
  'needs-approval': 'escalated',
  escalated: 'escalated',
  'cannot-tell': 'cannot-tell',
  'monitoring-broken': 'monitoring-broken',
  stopped: 'cannot-tell',
  failed: 'cannot-tell',
};

function isSuccess(reason: Reason): boolean {
  return ending(reason).exitCode === 0;
}

function end(reason: Reason, because: string): OutcomeJudgement {
  return { reason, because };
}

function names(items: readonly { probe: string }[]): string {
  return items.map(({ probe }) => probe).join(', ');
}

function nameSome(findings: readonly { id: string; text: string }[]): string {
  const shown = findings.slice(0, 3).map(({ id, text }) => `${id} ${text}`);
  return findings.length > 3 ? `${shown.join('; ')}; and ${findings.length - 3} more` : shown.join('; ');
}
