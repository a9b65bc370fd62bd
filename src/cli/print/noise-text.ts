import type { CostedNoise } from '../../app/incidents/noise.ts';
import { counted } from '../../lib/counted.ts';
import { formatDuration } from '../../lib/duration.ts';

/** What scripts read. */
export function noiseFields(one: CostedNoise): Record<string, unknown> {
  return {
    source: one.source,
    title: one.title,
    incidents: one.incidents,
    episodes: one.episodes,
    from: new Date(one.from).toISOString(),
    to: new Date(one.to).toISOString(),
    median_ms: one.medianMs,
    runs: one.runs.length,
    cost_usd: one.costUsd,
    verdicts: one.verdicts,
    why: one.why,
    proposals: proposalsFor(one),
  };
}

export function noiseText(all: readonly CostedNoise[]): string {
  if (all.length === 0)
    return 'No alert looks like noise: close incidents with --verdict to teach steward more.\n';
  return all.map(describe).join('\n');
}

const DAY_MS = 24 * 60 * 60_000;

function describe(one: CostedNoise): string {
  const { expected, wrong, useful } = one.verdicts;
  const days = Math.max(1, Math.ceil((one.to - one.from) / DAY_MS));
  const cost = one.costUsd === 0 ? '' : `, $${one.costUsd.toFixed(2)}`;
  return [
    `${flat(one.title)} from ${one.source}: ${counted(one.incidents, 'incident')} in ${counted(days, 'day')}, half over within ${formatDuration(one.medianMs)}, ${counted(one.runs.length, 'run')}${cost}\n`,
    `  answers: ${expected} expected, ${wrong} wrong, ${useful} useful; ${one.why}\n`,
    ...proposalsFor(one).map((line) => `  ${line}\n`),
  ].join('');
}

/** To be copied by a person: steward silences nothing. */
function proposalsFor({ intake, title, labels, medianMs }: CostedNoise): string[] {
  const named = Object.keys(labels).length > 0 ? labels : { alertname: title };
  const matchers = Object.entries(named)
    .map(([name, value]) => shell(`${name}=${JSON.stringify(value)}`))
    .join(' ');
  const silence = `amtool silence add --duration=30d --comment='noise' ${matchers}`;
  const rule = JSON.stringify({ match: named, goal: 'none' });
  return [
    ...(intake === 'alertmanager' ? [`silence it:   ${flat(silence)}`] : []),
    ...(intake === 'alertmanager' || intake === 'grafana'
      ? [
          `or wait more: \`for: ${formatDuration(Math.max(2 * medianMs, 60_000))}\` in its rule is twice as long as half of them lasted`,
        ]
      : []),
    `or no runs:   incidents.rules: [${flat(rule)}]`,
  ];
}

function shell(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** On one line: it comes from outside. */
function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 400);
}
