import { isSameHost } from '../lib/target-key.ts';
import { isOpenAt, type WeekWindow, weekTimeOf } from '../lib/week-window.ts';
import type { Zone } from '../lib/zoned-time.ts';
import type { Incident } from '../protocol/incident.ts';

/** Values of labels that one alert has to have, all of them; `*` in a value stands for anything. */
export type LabelMatch = Record<string, string>;

/** What is done about an alert, without a model. The first that matches counts. */
export interface AlertRule {
  match: LabelMatch;
  /** Name of a goal; `none`: no run begins. */
  goal: string | null;
  cooldownMs: number | null;
}

export interface Maintenance {
  match: LabelMatch;
  during: WeekWindow;
}

/** When nobody wants a run, whatever fires. */
export interface CalmRules {
  /** Only what is critical begins a run in these hours. */
  quietHours: readonly WeekWindow[];
  maintenance: readonly Maintenance[];
  /** What people have taken in hand; `*` is all of this machine. */
  handsOff: readonly { target: string; until: number }[];
  zone: Pick<Zone, 'aheadMinutes'>;
  /** Name of this machine. */
  own: string;
}

export function ruleFor(incident: Incident, rules: readonly AlertRule[]): AlertRule | undefined {
  return rules.find(({ match }) => isMatched(incident, match));
}

/** Why no run begins for it now although it is its turn; null: nothing is in the way. */
export function whyCalm(incident: Incident, now: number, rules: CalmRules, isUrgent: boolean): string | null {
  const kept = rules.handsOff.find(
    ({ target, until }) => until > now && isAbout(incident, target, rules.own),
  );
  if (kept !== undefined) {
    const what = kept.target === '*' ? rules.own : kept.target;
    return `people have ${what} in hand until ${new Date(kept.until).toISOString()}`;
  }
  const isNow = (window: WeekWindow): boolean => isOpenAt(window, weekTimeOf(now, rules.zone));
  const isUnderWork = rules.maintenance.some(
    ({ match, during }) => isNow(during) && isMatched(incident, match),
  );
  if (isUnderWork) return 'it is its maintenance window';
  const isQuiet = !isUrgent && rules.quietHours.some(isNow);
  return isQuiet ? 'these are quiet hours, and it is not critical' : null;
}

export function isCritical({ severity }: Incident): boolean {
  return severity === 'critical' || severity === 'page';
}

/** By one of those that fire; by one that ended where none does. */
function isMatched({ members }: Incident, match: LabelMatch): boolean {
  const firing = members.filter(({ status }) => status === 'firing');
  return (firing.length > 0 ? firing : members).some(({ labels }) =>
    Object.entries(match).every(([name, wanted]) => isLike(labels[name] ?? '', wanted)),
  );
}

/** Without a regular expression: a pattern of an operator against a text of anybody cannot take long. */
export function isLike(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** A machine, a unit, a path, as `steward hands-off` takes them. */
function isAbout({ hosts, targets }: Incident, wanted: string, own: string): boolean {
  if (wanted === '*') return hosts.some((host) => isSameHost(host, own.toLowerCase()));
  const name = wanted.toLowerCase();
  return (
    hosts.some((host) => isSameHost(host, name)) ||
    targets.some((target) =>
      [`unit:${wanted}@`, `mount:${wanted}@`].some((start) => target.startsWith(start)),
    )
  );
}
