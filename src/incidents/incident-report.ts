import { formatDuration } from '../lib/duration.ts';
import type { Episode } from '../protocol/episode.ts';
import type { Incident } from '../protocol/incident.ts';

/** What a run made of it, for the report. */
export interface RunNote {
  run: string;
  outcome: string;
  /** The run's own report; null when it has none. */
  text: string | null;
  /** What did more than look. `at`: milliseconds since the epoch. */
  actions: { at: number; text: string; end: string }[];
  /** null: the file is another by now. */
  diffs: { path: string; diff: string | null }[];
  /** What is left to people. */
  followUps: string[];
}

const MOST_MEMBERS = 50;

/** Markdown for people: what fired, since when, what happened to it, who looked, how it ended. */
export function incidentReport(
  incident: Incident,
  { folded, notes, now }: { folded: readonly Incident[]; notes: readonly RunNote[]; now: number },
): string {
  const { members, resolvedAt, openedAt } = incident;
  const lasted = formatDuration((resolvedAt ?? now) - openedAt);
  const lines = [
    `# ${cell(incident.title)} (${incident.id})`,
    '',
    `${incident.state}${incident.severity === null ? '' : `, ${cell(incident.severity)}`}, from ${incident.source} by ${incident.intake}, ${resolvedAt === null ? 'for' : 'lasted'} ${lasted}.`,
    '',
    `- group: \`${code(incident.groupKey)}\``,
    `- machines: ${incident.hosts.length === 0 ? 'none named' : incident.hosts.map(cell).join(', ')}`,
    `- deliveries: ${incident.deliveries}, of them ${incident.duplicates} that said nothing new`,
    ...(incident.missing > 0
      ? [`- incomplete: the source left out ${incident.missing} alerts of this group`]
      : []),
    ...(incident.reopened > 0
      ? [`- came back ${incident.reopened === 1 ? 'once' : `${incident.reopened} times`}`]
      : []),
    ...(incident.foldedInto === null ? [] : [`- belongs to ${incident.foldedInto}`]),
    ...(incident.acked === null
      ? []
      : [`- acknowledged by ${cell(incident.acked.by)}, ${time(incident.acked.at)}`]),
    ...(incident.answer === null
      ? []
      : [
          `- verdict: ${incident.answer.verdict}, by ${cell(incident.answer.by)}${incident.answer.comment === null ? '' : `: ${cell(incident.answer.comment)}`}`,
        ]),
    '',
    '## Timeline',
    '',
    ...incident.timeline.map(({ at, text }) => `- ${time(at)} ${cell(text)}`),
    '',
    '## Evidence',
    '',
    '| alert | starts | ends | status |',
    '| --- | --- | --- | --- |',
    ...members.slice(0, MOST_MEMBERS).map(memberRow),
    ...(members.length > MOST_MEMBERS ? ['', `and ${members.length - MOST_MEMBERS} more alerts.`] : []),
    ...(folded.length === 0 ? [] : ['', '## Folded into this', '']),
    ...folded.slice(0, MOST_MEMBERS).map((one) => `- ${one.id} ${cell(one.title)}: ${one.state}`),
    ...(folded.length > MOST_MEMBERS ? [`- and ${folded.length - MOST_MEMBERS} more`] : []),
    '',
    '## Runs',
    '',
    ...(notes.length === 0 ? ['None.'] : []),
    ...notes.flatMap(({ run, outcome, text }) => [
      `### ${run}: ${outcome}`,
      '',
      ...(text === null ? ['Nothing was reported.'] : quote(text)),
      '',
    ]),
    ...actionsSection(notes),
    ...followUpsSection(incident, notes),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function actionsSection(notes: readonly RunNote[]): string[] {
  const actions = notes.flatMap((note) => note.actions);
  const diffs = notes.flatMap((note) => note.diffs.map((one) => ({ ...one, run: note.run })));
  return [
    '## Actions',
    '',
    ...(actions.length === 0 ? ['Nothing was changed.'] : []),
    ...actions.map(({ at, text, end }) => `- ${time(at)} \`${code(text)}\`: ${cell(end)}`),
    '',
    ...diffs.flatMap(({ path, diff, run }) => [
      `\`${code(path)}\` (steward undo ${run} takes it back)`,
      '',
      ...(diff === null ? ['It is another by now.'] : diff.split('\n').map((line) => `    ${line}`)),
      '',
    ]),
  ];
}

function followUpsSection({ state, answer }: Incident, notes: readonly RunNote[]): string[] {
  const isOver = state === 'resolved' || state === 'expired' || state === 'closed';
  const left = [
    ...new Set(notes.flatMap(({ followUps }) => followUps)),
    ...(isOver && answer === null
      ? ['say what it was worth: steward incidents close ID --verdict expected|wrong|useful']
      : []),
  ];
  return ['## Follow-ups', '', ...(left.length === 0 ? ['None.'] : left.map((text) => `- ${cell(text)}`))];
}

function memberRow({
  fingerprint,
  labels,
  startsAt,
  endsAt,
  status,
  ended,
  contradictions,
}: Episode): string {
  const named = Object.entries(labels)
    .filter(([name]) => name !== 'alertname')
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
  const how = ended === 'unlisted' || ended === 'expired' ? ` (${ended})` : '';
  const doubt = contradictions > 0 ? `, told as firing ${contradictions} times after its end` : '';
  return `| ${fingerprint} ${cell(named)} | ${startsAt} | ${endsAt ?? ''} | ${status}${how}${doubt} |`;
}

const LONGEST_CELL = 300;

/** On one line, and with nothing in it that Markdown, or HTML in it, would take for itself. */
function cell(text: string): string {
  const line = text.replace(/\s+/g, ' ').slice(0, LONGEST_CELL);
  return line.replace(/[\\`*_[\]<>|#!&]/g, (char) => `\\${char}`);
}

function code(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('`', "'");
}

function quote(text: string): string[] {
  return text.split('\n').map((line) => `> ${line}`.trimEnd());
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
