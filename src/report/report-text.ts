import { formatDuration } from '../lib/duration.ts';
import type { BrokenRule, Finding } from '../protocol/finding.ts';
import { ending, type Reason } from '../protocol/outcome.ts';
import type { Check, ModelReport } from '../protocol/report.ts';
import type { LookItem, SnapshotItem } from '../protocol/snapshot.ts';

/** What a person reads about a run that gathered facts: first how it stands, then why, then what it rests on. */
export interface ReportFacts {
  run: string | null;
  title: string;
  host: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** null for a mere look (`steward context`), which has no outcome. */
  reason: Reason | null;
  items: readonly Omit<SnapshotItem, 'facts'>[];
  durationMs: number;
  findings: readonly Finding[];
  brokenRules: readonly BrokenRule[];
  looks: readonly LookItem[];
  checks: readonly Check[];
  report: ModelReport | null;
  /** The model's closing words when it gave no report. */
  answer: string | null;
  /** One line on who did the thinking: the model, or why there was none. */
  modelNote: string | null;
}

const LOOK_LINES = 8;
const LINE_LENGTH = 160;

export function reportText(facts: ReportFacts): string {
  const parts = [
    headline(facts),
    facts.report === null ? (facts.answer ?? '') : modelPart(facts.report),
    facts.findings.map((finding) => findingPart(finding, facts)).join('\n'),
    facts.brokenRules.map((broken) => `? rule ${broken.rule} is broken: ${broken.error}`).join('\n'),
    checksPart(facts.checks),
    troublePart(facts.items),
    evidencePart(facts),
    closingPart(facts),
  ];
  return parts.filter((part) => part.trim() !== '').join('\n\n');
}

function headline(facts: ReportFacts): string {
  const when = new Date(facts.now).toISOString().replace(/\.\d+Z$/, 'Z');
  const answered = facts.items.filter(({ status }) => status === 'ok').length;
  const absent = facts.items.filter(({ status }) => status === 'not-configured').length;
  const of =
    absent === 0 ? `${facts.items.length}` : `${facts.items.length - absent} (${absent} not configured)`;
  const seconds = (facts.durationMs / 1000).toFixed(1);
  const row = facts.reason === null ? null : ending(facts.reason);
  const verdict = row === null ? '' : `: ${row.outcome.toUpperCase()} (exit ${row.exitCode})`;
  const found = facts.findings.length === 1 ? '1 finding' : `${facts.findings.length || 'No'} findings`;
  const lines = [
    `${facts.title} on ${facts.host}, ${when}${verdict}`,
    `${found}; ${answered} of ${of} probes answered in ${seconds} s.`,
  ];
  return lines.join('\n');
}

function modelPart(report: ModelReport): string {
  const cite = (evidence: readonly string[]): string =>
    evidence.length === 0 ? '' : `  [${evidence.join(', ')}]`;
  return [
    report.summary,
    ...report.findings.map(({ severity, text, evidence }) => `  ${mark(severity)} ${text}${cite(evidence)}`),
    ...report.actions.map(({ text, evidence }) => `  done: ${text}${cite(evidence)}`),
    ...report.advice.map((text) => `  advice: ${text}`),
  ].join('\n');
}

function findingPart(finding: Finding, { now, looks }: ReportFacts): string {
  const age =
    finding.state === 'new'
      ? 'new'
      : `${finding.state}, for ${formatDuration(Math.max(0, now - finding.since))}`;
  const quiet = finding.quietReason === null ? '' : `\n  quiet: ${finding.quietReason}`;
  const head = `${mark(finding.severity)} ${finding.id} ${finding.severity}: ${finding.text}  [${finding.evidence.join(', ')}] (${age})${quiet}`;
  const shown = looks.filter((look) => look.finding === finding.id).map(lookPart);
  return [head, ...shown].join('\n');
}

function lookPart(look: LookItem): string {
  const lines = look.text.trimEnd().split('\n');
  const cut = lines.length > LOOK_LINES ? [`… ${lines.length - LOOK_LINES} lines before this`] : [];
  const tail = look.text.trim() === '' ? [] : lines.slice(-LOOK_LINES);
  const body = [...cut, ...tail].map((line) => `    | ${line.slice(0, LINE_LENGTH)}`);
  const trouble = look.ok ? [] : [`    ! ${look.reason ?? 'failed'}`];
  return [`  ${look.id} $ ${look.command}`, ...trouble, ...body].join('\n');
}

function checksPart(checks: readonly Check[]): string {
  if (checks.length === 0) return '';
  const lines = checks.map((check) => {
    const cite = check.evidence.length === 0 ? '' : `  [${check.evidence.join(', ')}]`;
    return `  ${check.id} ${check.verdict}: ${check.text}${check.detail === '' ? '' : ` (${check.detail})`}${cite}`;
  });
  return ['Checked after the work:', ...lines].join('\n');
}

/** What could not be seen, before what was: silence about a blind spot is how monitoring lies. */
function troublePart(items: ReportFacts['items']): string {
  const blind = items.filter(({ status }) => status === 'failed' || status === 'unreachable');
  if (blind.length === 0) return '';
  return [
    'Could not be seen:',
    ...blind.map((item) => `  ${item.id} ${item.probe} ${item.status}: ${item.reason ?? ''}`),
  ].join('\n');
}

function evidencePart({ items, host }: ReportFacts): string {
  const seen = items.filter(({ status }) => status === 'ok');
  if (seen.length === 0) return 'Nothing was checked.';
  const width = Math.max(...seen.map(({ probe }) => probe.length));
  const lines = seen.map((item) => {
    const at = new Date(item.at).toISOString().slice(11, 19);
    const where = item.host === host ? '' : ` on ${item.host}`;
    const change = item.change === 'new' ? '' : ` (${item.change})`;
    return `  ${item.id.padEnd(3)} ${item.probe.padEnd(width)}  ${at}Z${where}${change}  ${item.command.slice(0, 90)}`;
  });
  const absent = items.filter(({ status }) => status === 'not-configured');
  const missing = absent
    .map(({ probe, reason }) => (reason === null ? probe : `${probe} (${reason})`))
    .join(', ');
  return ['Seen:', ...lines, ...(missing === '' ? [] : [`Not configured here: ${missing}`])].join('\n');
}

function closingPart({ modelNote, run }: ReportFacts): string {
  const lines = [
    ...(modelNote === null ? [] : [modelNote]),
    ...(run === null ? [] : [`Run ${run}; everything it saw and did: steward runs show ${run.slice(0, 8)}`]),
  ];
  return lines.join('\n');
}

function mark(severity: Finding['severity']): string {
  return { critical: '✗', warning: '!', info: '·' }[severity];
}
