import type { RunEvent } from '../protocol/event.ts';
import type { Finding } from '../protocol/finding.ts';
import { ENDINGS, type Outcome, type Reason } from '../protocol/outcome.ts';

/** What a run found and did, out of its events. */
export interface RunStory {
  run: string;
  goal: string | null;
  /** Name of the machine it ran on. */
  host: string;
  outcome: Outcome;
  reason: Reason;
  message: string | null;
  findings: Finding[];
  /** Summary of the model's report; from outside. */
  summary: string | null;
  /** Effects above observing that went well, as they ran. */
  did: string[];
  /** Such as did not, or of which nobody knows. */
  failed: string[];
  /** Ids of what waits for somebody. */
  parked: string[];
  resumeAt: number | null;
  endedAt: number;
}

/** null: it has not ended. */
export function storyOf(run: string, events: Iterable<RunEvent>, endedAt: number): RunStory | null {
  const begun = new Map<string, string>();
  const story: Omit<RunStory, 'outcome' | 'reason' | 'message' | 'resumeAt'> = {
    ...{ run, goal: null, host: '', findings: [], summary: null },
    ...{ did: [], failed: [], parked: [], endedAt },
  };
  let end: Extract<RunEvent, { type: 'run.closed' }> | null = null;
  for (const event of events) {
    switch (event.type) {
      case 'run.opened':
        story.goal = event.goal;
        story.host = event.host.hostname;
        break;
      case 'findings.judged':
        story.findings = event.findings;
        break;
      case 'report.made':
        story.summary = event.report.summary;
        break;
      case 'step.started':
        if (event.effect !== 'observe') begun.set(event.step, event.command);
        break;
      case 'step.finished': {
        const command = begun.get(event.step);
        if (command !== undefined) (event.ok ? story.did : story.failed).push(command);
        begun.delete(event.step);
        break;
      }
      case 'change.parked':
        story.parked.push(event.approval);
        break;
      case 'executor.answered':
        if (event.approval !== null) story.parked.push(event.approval);
        break;
      case 'run.closed':
        end = event;
        break;
      default:
    }
  }
  if (end === null) return null;
  const { outcome, reason, message, resumeAt } = end;
  return { ...story, failed: [...story.failed, ...begun.values()], outcome, reason, message, resumeAt };
}

/** The last part of a headline: what steward did about it. */
export function deedOf({ reason, outcome, did, failed }: RunStory): string {
  if (reason === 'rolled-back') return 'steward tried a change, it did not hold, and the old state is back';
  if (reason === 'usd' || reason === 'tokens') return 'steward stopped, its budget is spent';
  const count = did.length + failed.length;
  const touched = count === 0 ? 'changed nothing' : `ran ${count} change${count === 1 ? '' : 's'}`;
  switch (outcome) {
    case 'fixed':
      return 'steward fixed it and checked that it holds';
    case 'needs-approval':
      return 'steward proposes a change and waits for your answer';
    case 'escalated':
      return `steward looked, ${touched}, and leaves it to you`;
    case 'cannot-tell':
      return `steward looked, ${touched}, and cannot tell`;
    case 'monitoring-broken':
      return 'steward could not look, its probes failed';
    case 'stopped':
      return `steward stopped before it was done (${ENDINGS[reason].meaning.replace(/\.$/, '')})`;
    case 'failed':
      return `steward failed (${ENDINGS[reason].meaning.replace(/\.$/, '')})`;
    case 'healthy':
      return 'steward looked and found nothing';
    case 'reported':
      return `steward looked and ${touched}`;
  }
}
