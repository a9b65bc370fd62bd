import type { Incident, IncidentBook } from '../protocol/incident.ts';
import { type AlertRule, type CalmRules, isCritical, ruleFor, whyCalm } from './alert-rules.ts';
import { isActive } from './transitions.ts';

export interface RunRules extends CalmRules {
  /** After it began to fire, so that what comes with it is there too. */
  settleMs: number;
  /** The same for what fires again, or is left of a storm whose root is over: most of that ends by itself. */
  againMs: number;
  /** Between two runs for the same alert about the same object, where no rule says otherwise. */
  cooldownMs: number;
  perHour: number;
  atOnce: number;
  /** Of one incident: what a run does may be what makes it fire again. */
  perIncident: number;
  rules: readonly AlertRule[];
  /** Not now, by id: somebody looked, and it is not as it was told. */
  held: Pick<ReadonlyMap<string, unknown>, 'has'>;
}

export const RUN_RULES: RunRules = {
  settleMs: 5_000,
  againMs: 5 * 60_000,
  cooldownMs: 60 * 60_000,
  perHour: 12,
  atOnce: 1,
  perIncident: 3,
  rules: [],
  held: new Map(),
  quietHours: [],
  maintenance: [],
  handsOff: [],
  zone: { aheadMinutes: () => 0 },
  own: '',
};

/** Where no rule names another. */
export const DEFAULT_GOAL = 'incident';
const HOUR_MS = 60 * 60_000;

export interface DueRun {
  incident: Incident;
  goal: string;
}

/** Runs that should begin now, the oldest incident first: for roots that fire and into which nobody has looked. */
export function dueRuns({ incidents }: IncidentBook, now: number, rules: RunRules): DueRun[] {
  const all = [...incidents.values()].sort((a, b) => a.openedAt - b.openedAt);
  const begun = beginnings(all);
  const room = Math.min(
    rules.perHour - [...begun.values()].filter(({ startedAt }) => now - startedAt < HOUR_MS).length,
    rules.atOnce - [...begun.values()].filter(({ endedAt }) => endedAt === null).length,
  );
  const last = lastBySubject(all);
  const due: DueRun[] = [];
  for (const one of all) {
    if (due.length >= room) break;
    if (rules.held.has(one.id)) continue;
    const goal = goalOf(one, rules);
    if (goal === null || !isReady(one, now, rules) || whyNot(one, now, rules, last, all) !== null) continue;
    last.set(subjectOf(one), now);
    due.push({ incident: one, goal });
  }
  return due;
}

/** Why nobody looks into an open incident yet, for people; null: a run is about to begin, or has begun. */
export function whyWaits(
  book: IncidentBook,
  incident: Incident,
  now: number,
  rules: RunRules,
): string | null {
  if (incident.state !== 'open') return null;
  if (incident.foldedInto !== null) return `${incident.foldedInto} stands for it`;
  if (goalOf(incident, rules) === null) return 'a rule says that no run begins for it';
  const all = [...book.incidents.values()];
  return whyNot(incident, now, rules, lastBySubject(all), all);
}

function whyNot(
  one: Incident,
  now: number,
  rules: RunRules,
  last: ReadonlyMap<string, number>,
  all: readonly Incident[],
): string | null {
  if (one.runs.length >= rules.perIncident) return `it has had ${one.runs.length} runs`;
  const retryAt = one.runs.at(-1)?.resumeAt;
  if (retryAt !== undefined && retryAt > now)
    return `its run is to be tried again at ${new Date(retryAt).toISOString()}`;
  const startedAt = last.get(subjectOf(one)) ?? Number.NEGATIVE_INFINITY;
  const untilMs = startedAt + (ruleFor(one, rules.rules)?.cooldownMs ?? rules.cooldownMs);
  if (retryAt === undefined && untilMs > now)
    return `the last run for the same began less than its cooldown ago, and the next may at ${new Date(untilMs).toISOString()}`;
  // A root stands for what belongs to it.
  const family = [one, ...all.filter((each) => each.foldedInto === one.id && isActive(each))];
  return whyCalm(one, now, rules, family.some(isCritical));
}

function goalOf(one: Incident, { rules }: RunRules): string | null {
  const goal = ruleFor(one, rules)?.goal ?? DEFAULT_GOAL;
  return goal === 'none' ? null : goal;
}

function isReady(one: Incident, now: number, { againMs, settleMs }: RunRules): boolean {
  const waitMs = one.stateSince > one.openedAt ? againMs : settleMs;
  return one.state === 'open' && one.foldedInto === null && now - one.stateSince >= waitMs;
}

/** One run may have looked into several. */
function beginnings(all: readonly Incident[]): Map<string, { startedAt: number; endedAt: number | null }> {
  return new Map(all.flatMap(({ runs }) => runs.map((each) => [each.run, each] as const)));
}

/** When the last run for it began. */
function lastBySubject(all: readonly Incident[]): Map<string, number> {
  const last = new Map<string, number>();
  for (const one of all) {
    const subject = subjectOf(one);
    for (const { startedAt } of one.runs) last.set(subject, Math.max(startedAt, last.get(subject) ?? 0));
  }
  return last;
}

/** Runs that nobody saw end. */
export function openRuns({ incidents }: IncidentBook): { incident: string; run: string }[] {
  return [...incidents.values()].flatMap(({ id, runs }) =>
    runs.filter(({ endedAt }) => endedAt === null).map(({ run }) => ({ incident: id, run })),
  );
}

/** The same thing wrong with the same objects, or machines where none is known, whoever tells it. */
function subjectOf({ title, hosts, targets }: Incident): string {
  return JSON.stringify([title, [...(targets.length > 0 ? targets : hosts)].sort()]);
}
