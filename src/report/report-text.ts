import { capLine } from '../lib/cap.ts';
import { formatDuration } from '../lib/duration.ts';
import type { BrokenRule, Finding } from '../protocol/finding.ts';
import type { Isolation } from '../protocol/isolation.ts';
import { ending, type Reason } from '../protocol/outcome.ts';
import type { Check, ModelReport } from '../protocol/report.ts';
import type { LookItem, SnapshotItem } from '../protocol/snapshot.ts';

/** What a person reads about a run that gathered facts: first how it stands, then why, then what it rests on. */
export interface ReportFacts {
  run: string | null;
  /** Where its log was when there is none to look into later, with the reason; else null. */
  notKept: string | null;
  title: string;
  host: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** null for a mere look (`steward context`), which has no outcome. */
  reason: Reason | null;
  /** What kept the run from its end, in a line; absent for one that came to it. */
  stoppedBy?: string | null;
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
  /** What the record of the goal says about how far it could be left alone. */
  trustNote?: string | null;
  /** What confined the commands; absent where nothing says so. */
  isolation?: Isolation;
}

/** More of a look-step than this is for `steward runs show`. */
const LOOK_LINES = 10;
const LINE_LENGTH = 160;
/** A name from outside can be of any length. */
const FINDING_LENGTH = 400;
/** Of a storm the worst are shown with what was looked at; the others in a line each. */
const MOST_LOOKED = 10;
const SEEN_LENGTH = 120;

export function reportText(facts: ReportFacts): string {
  const parts = [
    headline(facts),
    facts.report === null ? answerPart(facts.answer) : modelPart(facts.report, facts.reason),
    findingsPart(facts),
    facts.brokenRules.map((broken) => `? rule ${broken.rule} is broken: ${broken.error}`).join('\n'),
    troublePart(facts.items),
    checksPart(facts.checks),
    seenPart(facts),
    closingPart(facts),
  ];
  return parts.filter((part) => part.trim() !== '').join('\n\n');
}

function headline(facts: ReportFacts): string {
  const when = new Date(facts.now).toISOString().replace(/\.\d+Z$/, 'Z');
  const asked = facts.items.filter(({ status }) => status !== 'not-configured');
  const answered = asked.filter(({ status }) => status === 'ok');
  const of = answered.length === asked.length ? '' : ` of ${asked.length}`;
  const probes = asked.length === 1 ? 'probe' : 'probes';
  const seconds = (facts.durationMs / 1000).toFixed(1);
  const row = facts.reason === null ? null : ending(facts.reason);
  const verdict = row === null ? '' : `: ${row.outcome.toUpperCase()} (exit ${row.exitCode})`;
  const { length } = facts.findings;
  const found = length === 0 ? 'Nothing was found' : `${length} finding${length === 1 ? '' : 's'}`;
  const lines = [
    `${facts.title} on ${facts.host}, ${when}${verdict}`,
    asked.length === 0
      ? 'Nothing was checked.'
      : `${found}; ${answered.length}${of} ${probes} answered in ${seconds} s.`,
    ...(facts.stoppedBy == null ? [] : [`Not finished: ${facts.stoppedBy}`]),
  ];
  return lines.join('\n');
}

/** Words that nobody made the model show evidence for. */
function answerPart(answer: string | null): string {
  return answer === null ? '' : `The model gave no report. Its last words:\n${answer.trim()}`;
}

function modelPart(report: ModelReport, reason: Reason | null): string {
  const claimsGood = ['healthy', 'fixed', 'reported'].includes(report.outcome);
  const isRaised = claimsGood && reason !== null && ending(reason).exitCode !== 0;
  return [
    ...(isRaised ? [`The model reports ${report.outcome}, which the facts below do not bear out:`] : []),
    report.summary,
    ...report.findings.map(({ severity, text, evidence }) => `  ${mark(severity)} ${text}${cite(evidence)}`),
    ...report.actions.map(({ text, evidence }) => `  done: ${text}${cite(evidence)}`),
    ...report.advice.map((text) => `  advice: ${text}`),
  ].join('\n');
}

function findingsPart(facts: ReportFacts): string {
  const { findings, looks } = facts;
  const parts = findings.map((finding, index) =>
    findingPart(finding, index < MOST_LOOKED ? facts : { ...facts, looks: [] }),
  );
  const shown = new Set(findings.slice(0, MOST_LOOKED).map(({ id }) => id));
  const left = looks.filter(({ finding }) => !shown.has(finding)).length;
  const note = left === 0 ? [] : [`  (${left} look-steps of the other findings are in the log)`];
  return [...parts, ...note].join('\n');
}

function findingPart(finding: Finding, { now, looks }: ReportFacts): string {
  const { id, severity, text, state, since, evidence, quietReason } = finding;
  const isBack = state === 'new' || state === 'returned';
  const age = isBack ? state : `${state}, first seen ${formatDuration(Math.max(0, now - since))} ago`;
  const head = `${mark(severity)} ${id} ${severity} (${age}): ${capLine(text, FINDING_LENGTH)}${cite(evidence)}`;
  const quiet = quietReason === null ? [] : [`  quiet: ${quietReason.replace(/\.\d{3}Z/, 'Z')}`];
  const shown = looks.filter((look) => look.finding === id).map(lookPart);
  return [head, ...quiet, ...shown].join('\n');
}

/** A log is read from its end, a list that was sorted for us from its beginning. */
function lookPart(look: LookItem): string {
  const lines = look.text.trim() === '' ? [] : look.text.trimEnd().split('\n');
  const missing = lines.length - LOOK_LINES;
  const isLog = look.command.startsWith('journalctl ');
  const note = missing > 0 ? [`… ${missing} ${isLog ? 'lines before this' : 'more lines'}`] : [];
  const shown = isLog ? [...note, ...lines.slice(-LOOK_LINES)] : [...lines.slice(0, LOOK_LINES), ...note];
  const trouble = look.ok ? [] : [`    ! ${look.reason ?? 'failed'}`];
  return [
    `  ${look.id} $ ${look.command}`,
    ...trouble,
    ...shown.map((line) => `    | ${cut(line, LINE_LENGTH)}`),
  ].join('\n');
}

/** Those that passed are counted: what did not is what somebody has to read. */
function checksPart(checks: readonly Check[]): string {
  if (checks.length === 0) return '';
  const passed = checks.filter(({ verdict }) => verdict === 'passed').length;
  const others = checks.filter(({ verdict }) => verdict !== 'passed');
  const skipped = others.filter(({ verdict }) => verdict === 'skipped').length;
  const left = skipped === 0 ? '' : `, ${skipped} skipped`;
  const lines = others.map(({ id, verdict, text, detail, evidence }) => {
    const why = detail === '' || detail === 'false' ? '' : ` (${detail})`;
    return `  ${id} ${verdict}: ${text}${why}${cite(evidence)}`;
  });
  return [`Checks of the goal: ${passed} of ${checks.length} passed${left}.`, ...lines].join('\n');
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

/** What every probe said, in a line; of those that something rests on, with the command that said it. */
function seenPart({ items, host, findings, report }: ReportFacts): string {
  const seen = items.filter(({ status }) => status === 'ok');
  const absent = items.filter(({ status }) => status === 'not-configured');
  const cited = new Set([...findings, ...(report?.findings ?? [])].flatMap(({ evidence }) => evidence));
  const width = Math.max(...seen.map(({ probe }) => probe.length));
  const lines = seen.flatMap((item) => {
    const where = item.host === host ? '' : `on ${item.host}: `;
    const row = `  ${item.id.padEnd(3)} ${item.probe.padEnd(width)}  ${where}${firstLine(item.text)}`;
    return cited.has(item.id) ? [row, `      $ ${cut(item.command, LINE_LENGTH)}`] : [row];
  });
  const missing = absent.map(({ probe, reason }) => (reason === null ? probe : `${probe} (${reason})`));
  return [
    ...(seen.length === 0 ? [] : ['Seen:', ...lines]),
    ...(absent.length === 0 ? [] : [`Not configured here: ${missing.join(', ')}`]),
  ].join('\n');
}

function firstLine(text: string): string {
  const [first = '', ...rest] = text.trim().split('\n');
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more line${rest.length === 1 ? '' : 's'})`;
  return first === '' ? '(said nothing)' : `${cut(first, SEEN_LENGTH)}${more}`;
}

function closingPart({ modelNote, trustNote = null, run, notKept, isolation }: ReportFacts): string {
  const where =
    notKept === null
      ? `everything it saw and did: steward runs show ${run?.slice(0, 8)}`
      : `its log was kept only in ${notKept}`;
  return [
    ...(modelNote === null ? [] : [modelNote]),
    ...(trustNote === null ? [] : [`${trustNote} (steward autonomy list).`]),
    ...(isolation === 'none' ? ['Isolation: none; commands ran as this user.'] : []),
    ...(run === null ? [] : [`Run ${run}; ${where}`]),
  ].join('\n');
}

function cite(evidence: readonly string[]): string {
  return evidence.length === 0 ? '' : `  [${evidence.join(', ')}]`;
}

function cut(line: string, limit: number): string {
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}

function mark(severity: Finding['severity']): string {
  return { critical: '✗', warning: '!', info: '·' }[severity];
}
