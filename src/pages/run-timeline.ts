import type { RunEvent } from '../protocol/event.ts';
import { dollars, plural, type Tone } from './words.ts';

export interface Told {
  title: string;
  detail: string | null;
  tone: Tone;
}

/** What a person on a phone wants to know of an event; null for what is there for machines. */
export function tellEvent(event: RunEvent): Told | null {
  switch (event.type) {
    case 'run.opened':
      return calm(
        `Began: ${event.trigger.kind}`,
        `model ${event.model ?? 'none'}, autonomy ${event.autonomy}`,
      );
    case 'run.resumed':
      return calm('Went on', event.prompt);
    case 'snapshot.taken':
      return calm(`Looked at ${plural(event.items.length, 'probe')}`, failedProbes(event.items));
    case 'findings.judged':
      return event.findings.length === 0
        ? good('Found nothing', null)
        : warn(`Found ${event.findings.length}`, event.findings.map(({ text }) => text).join('; '));
    case 'look.taken':
      return calm('Looked closer', event.look.command);
    case 'model.replied':
      return calm(
        'The model answered',
        textOf(event.content) ?? (event.costUsd === null ? null : dollars(event.costUsd)),
      );
    case 'model.failed':
      return warn('The model failed', event.message);
    case 'step.decided':
      return event.decision === 'allow' ? null : warn(`Refused: ${event.command}`, event.reason);
    case 'step.started':
      return event.effect === 'observe' ? null : warn(`Did (${event.effect})`, event.command);
    case 'step.finished':
      return event.ok ? null : warn('Did not work', event.summary);
    case 'step.unknown':
      return bad('Nobody saw how it ended', event.command);
    case 'call.finished':
      return event.refused
        ? null
        : { title: event.tool, detail: inputOf(event.input), tone: event.ok ? 'calm' : 'warn' };
    case 'notice.given':
      return { title: event.text, detail: null, tone: event.level === 'warning' ? 'warn' : 'calm' };
    case 'report.made':
      return calm('Reported', event.report.summary);
    case 'checks.made':
      return calm('Checked', event.checks.map(({ verdict, text }) => `${verdict}: ${text}`).join('; '));
    case 'run.closed':
      return {
        title: `Ended: ${event.outcome}`,
        detail: null,
        tone: event.outcome === 'fixed' || event.outcome === 'healthy' ? 'good' : 'calm',
      };
    case 'log.repaired':
      return warn('Its log was repaired after it was cut off', null);
    default:
      return tellChange(event);
  }
}

function tellChange(event: RunEvent): Told | null {
  switch (event.type) {
    case 'change.planned':
      return calm(`Planned ${event.change}: ${event.title}`, event.steps.join('; '));
    case 'change.began':
      return event.phase === 'apply' || event.phase === 'rollback'
        ? warn(`${event.phase}: ${event.text}`, null)
        : null;
    case 'change.finished':
      return event.ok ? null : warn(`${event.phase} did not hold`, event.detail);
    case 'change.parked':
      return warn(`${event.change} waits for an answer`, event.approval);
    case 'change.cut':
      return bad(`${event.change} was cut off`, null);
    case 'change.ended':
      return {
        title: `${event.change}: ${event.end}`,
        detail: event.message,
        tone: event.end === 'held' ? 'good' : event.end === 'escalated' ? 'bad' : 'warn',
      };
    default:
      return null;
  }
}

function failedProbes(items: readonly { probe: string; status: string }[]): string | null {
  const wrong = items.filter(({ status }) => status !== 'ok' && status !== 'not-configured');
  return wrong.length === 0 ? null : wrong.map(({ probe, status }) => `${probe} ${status}`).join(', ');
}

function textOf(content: readonly { type: string }[]): string | null {
  const texts = content.flatMap((block) =>
    'text' in block && typeof block.text === 'string' ? [block.text] : [],
  );
  return texts.length === 0 ? null : texts.join(' ');
}

function inputOf(input: unknown): string | null {
  if (typeof input === 'object' && input !== null && 'command' in input) return String(input.command);
  return JSON.stringify(input) ?? null;
}

const calm = (title: string, detail: string | null): Told => ({ title, detail, tone: 'calm' });
const good = (title: string, detail: string | null): Told => ({ title, detail, tone: 'good' });
const warn = (title: string, detail: string | null): Told => ({ title, detail, tone: 'warn' });
const bad = (title: string, detail: string | null): Told => ({ title, detail, tone: 'bad' });
