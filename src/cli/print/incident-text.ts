import type { Incident } from '../../protocol/incident.ts';

/** What scripts read; times as RFC 3339. */
export function incidentFields(one: Incident): Record<string, unknown> {
  return {
    id: one.id,
    state: one.state,
    intake: one.intake,
    source: one.source,
    group_key: one.groupKey,
    title: one.title,
    severity: one.severity,
    about: one.about,
    hosts: one.hosts,
    targets: one.targets,
    opened_at: time(one.openedAt),
    updated_at: time(one.updatedAt),
    resolved_at: one.resolvedAt === null ? null : time(one.resolvedAt),
    reopened: one.reopened,
    members: one.members.map((member) => ({
      fingerprint: member.fingerprint,
      startsAt: member.startsAt,
      endsAt: member.endsAt,
      status: member.status,
      ended: member.ended,
      was_seen_firing: member.wasSeenFiring,
      contradictions: member.contradictions,
      labels: member.labels,
      annotations: member.annotations,
    })),
    missing: one.missing,
    deliveries: one.deliveries,
    duplicates: one.duplicates,
    runs: one.runs.map(({ run, startedAt, endedAt, outcome }) => ({
      run,
      started_at: time(startedAt),
      ended_at: endedAt === null ? null : time(endedAt),
      outcome,
    })),
    folded_into: one.foldedInto,
    folded_by: one.foldedBy,
    acknowledged: one.acked === null ? null : { ...one.acked, at: time(one.acked.at) },
    answer: one.answer === null ? null : { ...one.answer, at: time(one.answer.at) },
    timeline: one.timeline.map(({ at, text }) => ({ at: time(at), text })),
  };
}

/** `at`: whose it is, where that has to be said. `below`: how many it stands for besides itself. */
export function incidentLine(one: Incident, at: 'system' | null = null, below = 0): string {
  const firing = one.members.filter(({ status }) => status === 'firing').length;
  const severity = one.severity === null ? '' : `${flat(one.severity, 20)} `;
  const folded = one.foldedInto === null ? '' : `  in ${one.foldedInto}`;
  return `${one.id}  ${time(one.openedAt).slice(0, 16)}Z  ${one.state.padEnd(13)} ${severity}${flat(one.title, 60)} from ${one.source}: ${firing} of ${one.members.length} fire${folded}${below === 0 ? '' : `  +${below} that belong to it`}${at === null ? '' : ` (${at})`}\n`;
}

const MOST_MEMBERS = 20;
const MOST_BELOW = 10;

/** `waits`: why nobody looks into it yet. `below`: what belongs to it. */
export function incidentText(
  one: Incident,
  waits: string | null = null,
  below: readonly Incident[] = [],
): string {
  const members = one.members.slice(0, MOST_MEMBERS).map((member) => {
    const labels = Object.entries(member.labels)
      .filter(([name]) => name !== 'alertname')
      .map(([name, value]) => `${name}=${flat(value, 60)}`)
      .join(' ');
    return `  ${member.status.padEnd(8)} ${member.fingerprint} since ${member.startsAt}  ${flat(labels, 160)}\n`;
  });
  const more = one.members.length - MOST_MEMBERS;
  const runs = one.runs.map(({ run, outcome }) => `  ${run}  ${outcome ?? 'runs'}\n`);
  return [
    incidentLine(one),
    `group ${flat(one.groupKey, 200)}, ${one.deliveries} ${one.deliveries === 1 ? 'delivery' : 'deliveries'}, ${one.duplicates} of them nothing new\n`,
    ...(one.missing > 0 ? [`incomplete: the source left out ${one.missing} alerts\n`] : []),
    ...members,
    ...(more > 0 ? [`  and ${more} more\n`] : []),
    ...(runs.length > 0 ? ['runs:\n', ...runs] : []),
    ...(below.length > 0
      ? [
          `belong to it:\n`,
          ...below
            .slice(0, MOST_BELOW)
            .map(
              (each) =>
                `  ${each.id}  ${each.state.padEnd(13)} ${flat(each.title, 60)} from ${each.source}\n`,
            ),
        ]
      : []),
    ...(below.length > MOST_BELOW ? [`  and ${below.length - MOST_BELOW} more\n`] : []),
    ...(waits === null ? [] : [`no run: ${flat(waits, 200)}\n`]),
    'timeline:\n',
    ...one.timeline.map(({ at, text }) => `  ${time(at).slice(0, 19)}Z  ${flat(text, 200)}\n`),
  ].join('');
}

/** On one line: what comes from outside does not look like a line of ours. */
function flat(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit).toWellFormed()}…` : line;
}

function time(at: number): string {
  return new Date(at).toISOString();
}
