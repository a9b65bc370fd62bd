import type { Incident, IncidentBook } from '../protocol/incident.ts';

export interface RunRules {
  /** After it began to fire, so that what comes with it is there too. */
  settleMs: number;
  /** The same for what fires again, or is left of a storm whose root is over: most of that ends by itself. */
  againMs: number;
  /** Between two runs for the same alert on the same machines. */
  cooldownMs: number;
  perHour: number;
  atOnce: number;
  /** Of one incident: what a run does may be what makes it fire again. */
  perIncident: number;
}

export const RUN_RULES: RunRules = {
  settleMs: 5_000,
  againMs: 5 * 60_000,
  cooldownMs: 60 * 60_000,
  perHour: 12,
  atOnce: 1,
  perIncident: 3,
};

const HOUR_MS = 60 * 60_000;

/** Incidents for which a run should begin now, the oldest first: roots that fire and into which nobody has looked. */
export function dueRuns({ incidents }: IncidentBook, now: number, rules: RunRules): Incident[] {
  const all = [...incidents.values()];
  const runs = all.flatMap((one) => one.runs.map((run) => ({ ...run, rule: ruleOf(one) })));
  const room = Math.min(
    rules.perHour - runs.filter(({ startedAt }) => now - startedAt < HOUR_MS).length,
    rules.atOnce - runs.filter(({ endedAt }) => endedAt === null).length,
  );
  if (room <= 0) return [];
  const cooling = new Set(
    runs.filter(({ startedAt }) => now - startedAt < rules.cooldownMs).map(({ rule }) => rule),
  );
  const due: Incident[] = [];
  for (const one of all.sort((a, b) => a.openedAt - b.openedAt)) {
    const waitMs = one.stateSince > one.openedAt ? rules.againMs : rules.settleMs;
    const isReady = one.state === 'open' && one.foldedInto === null && now - one.stateSince >= waitMs;
    if (!isReady || one.runs.length >= rules.perIncident || cooling.has(ruleOf(one)) || due.length >= room)
      continue;
    cooling.add(ruleOf(one));
    due.push(one);
  }
  return due;
}

/** Runs that nobody saw end. */
export function openRuns({ incidents }: IncidentBook): { incident: string; run: string }[] {
  return [...incidents.values()].flatMap(({ id, runs }) =>
    runs.filter(({ endedAt }) => endedAt === null).map(({ run }) => ({ incident: id, run })),
  );
}

/** The same thing wrong with the same objects, or machines where none is known, whoever tells it. */
function ruleOf({ title, hosts, targets }: Incident): string {
  return JSON.stringify([title, [...(targets.length > 0 ? targets : hosts)].sort()]);
}
