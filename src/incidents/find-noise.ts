import type { Incident, Verdict } from '../protocol/incident.ts';

/** What one alert of one source has cost, and what people said of it: numbers to decide by. */
export interface Noise {
  intake: Incident['intake'];
  source: string;
  title: string;
  incidents: number;
  episodes: number;
  /** Milliseconds since the epoch of the first and the last incident. */
  from: number;
  to: number;
  /** Half of them were over so soon. */
  medianMs: number;
  runs: string[];
  verdicts: Record<Verdict, number>;
  /** Labels that all of them have with the same value: what a silence would name. */
  labels: Record<string, string>;
  why: string;
}

/** Of those that people answered: so many, none of them useful. */
const ANSWERED = 2;
/** Of those that nobody answered: so often, and each over before anybody could have done anything. */
const OFTEN = 5;
const SHORT_MS = 10 * 60_000;
/** Labels that name a thing and not only an occasion. */
const NAMING = ['alertname', 'unit', 'name', 'instance', 'host', 'mountpoint', 'job', 'service', 'namespace'];

/** The most frequent first. What anybody called useful is no noise. */
export function findNoise(incidents: Iterable<Incident>): Noise[] {
  const counted = [...incidents].filter(({ about }) => about !== 'heartbeat');
  const groups = Map.groupBy(counted, ({ intake, source, title }) => JSON.stringify([intake, source, title]));
  return [...groups.values()]
    .flatMap((group) => judge(group) ?? [])
    .sort((a, b) => b.incidents - a.incidents || (a.title < b.title ? -1 : 1));
}

function judge(group: readonly Incident[]): Noise | null {
  const [first] = group;
  if (first === undefined) return null;
  const verdicts = { expected: 0, wrong: 0, useful: 0 };
  for (const { answer } of group) if (answer !== null) verdicts[answer.verdict] += 1;
  if (verdicts.useful > 0) return null;
  const over = group.filter(({ state, resolvedAt }) => state !== 'closed' && resolvedAt !== null);
  const medianMs = median(over.map(({ openedAt, resolvedAt }) => (resolvedAt ?? openedAt) - openedAt));
  const answered = verdicts.expected + verdicts.wrong;
  const isShort = over.length >= OFTEN && over.length === group.length - answered && medianMs <= SHORT_MS;
  if (answered < ANSWERED && !isShort) return null;
  const why =
    answered >= ANSWERED
      ? 'people called it expected or wrong, and never useful'
      : 'it ends by itself before anybody could do anything';
  const opened = group.map(({ openedAt }) => openedAt);
  return {
    intake: first.intake,
    source: first.source,
    title: first.title,
    incidents: group.length,
    episodes: group.reduce((sum, { members }) => sum + members.length, 0),
    from: Math.min(...opened),
    to: Math.max(...opened),
    medianMs,
    runs: [...new Set(group.flatMap(({ runs }) => runs.map(({ run }) => run)))],
    verdicts,
    labels: commonLabels(group),
    why,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}

function commonLabels(group: readonly Incident[]): Record<string, string> {
  const [first, ...others] = group.flatMap(({ members }) => members.map(({ labels }) => labels));
  return Object.fromEntries(
    Object.entries(first ?? {}).filter(
      ([name, value]) => NAMING.includes(name) && others.every((labels) => labels[name] === value),
    ),
  );
}
