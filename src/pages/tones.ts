import type { ApprovalState } from '../protocol/approval.ts';
import type { Effect } from '../protocol/effect.ts';
import type { IncidentState } from '../protocol/incident.ts';
import type { Tone } from './words.ts';

export const EFFECT_TONES: Record<Effect, Tone> = {
  observe: 'calm',
  reversible: 'good',
  disruptive: 'warn',
  irreversible: 'bad',
};

export const EFFECT_WORDS: Record<Effect, string> = {
  observe: 'only looks',
  reversible: 'can be taken back',
  disruptive: 'interrupts something for a while',
  irreversible: 'cannot be taken back',
};

export const APPROVAL_TONES: Record<ApprovalState, Tone> = {
  pending: 'warn',
  approved: 'good',
  done: 'good',
  denied: 'calm',
  expired: 'calm',
  void: 'calm',
};

export const INCIDENT_TONES: Record<IncidentState, Tone> = {
  open: 'bad',
  investigating: 'warn',
  investigated: 'warn',
  acknowledged: 'warn',
  resolved: 'good',
  expired: 'calm',
  closed: 'calm',
};

/** Of a severity as its source spells it. */
export function severityTone(severity: string | null): Tone {
  if (severity === null) return 'calm';
  if (/crit|page|emerg|fatal/i.test(severity)) return 'bad';
  return /warn|high|major/i.test(severity) ? 'warn' : 'calm';
}

export function outcomeTone(outcome: string): Tone {
  if (['healthy', 'fixed', 'reported'].includes(outcome)) return 'good';
  if (['failed', 'monitoring-broken', 'escalated'].includes(outcome)) return 'bad';
  return ['needs-approval', 'cannot-tell', 'interrupted'].includes(outcome) ? 'warn' : 'calm';
}
