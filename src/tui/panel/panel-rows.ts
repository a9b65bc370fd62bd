import type { Panel } from '../../app/client.ts';
import { SEVERITIES, type Severity } from '../../protocol/finding.ts';
import { formatAge, formatAgo } from '../figures.ts';
import { cutRow, oneLine, padTo, type Row, rowWidth, type Span, span, widthOf } from '../rows/row.ts';
import type { Glyphs } from '../theme/glyphs.ts';
import type { Styles } from '../theme/style.ts';

export interface PanelRoom {
  columns: number;
  maxRows: number;
  isOpen: boolean;
  glyph: Glyphs;
  now: number;
}

const STYLES: Record<Severity, keyof Styles> = { info: 'info', warning: 'warn', critical: 'bad' };

/** What is wrong now: one row, or when it is open a row for each finding as far as there are rows. */
export function panelRows(panel: Panel, room: PanelRoom): Row[] {
  const { columns, maxRows, isOpen, glyph } = room;
  const findings = sortFindings(panel.findings);
  if (!isOpen || maxRows < 3 || findings.length === 0) {
    return [withHint(cutRow(summaryRow(panel, findings, room), columns, glyph.ellipsis), findings, room)];
  }
  const isAll = findings.length <= maxRows - 1;
  const listed = isAll ? findings : findings.slice(0, maxRows - 2);
  const rest = findings.length - listed.length;
  const rows: Row[] = [
    [...countSpans(findings, glyph), span(` ${glyph.dot} ${stateText(panel, room)}`, 'dim')],
    ...listed.map((finding) => findingRow(finding, room)),
    ...(isAll ? [] : [[span(`  ${glyph.ellipsis} ${rest} more: /findings`, 'dim')]]),
  ];
  return rows.map((row) => cutRow(row, columns, glyph.ellipsis));
}

type Finding = Panel['findings'][number];

/** The worst first, then what is new, then the youngest. */
function sortFindings(findings: readonly Finding[]): Finding[] {
  const weight = ({ severity, isOpen }: Finding): number =>
    SEVERITIES.indexOf(severity) * 2 + (isOpen ? 1 : 0);
  return [...findings].sort((a, b) => weight(b) - weight(a) || b.since - a.since);
}

/** The key that lists them, where there is room and something to list. */
function withHint(row: Row, findings: readonly Finding[], { columns, maxRows }: PanelRoom): Row {
  const hint = 'Ctrl+T lists';
  const gap = columns - rowWidth(row) - widthOf(hint);
  if (findings.length === 0 || maxRows < 3 || gap < 2) return row;
  return [...row, span(' '.repeat(gap)), span(hint, 'dim')];
}

function summaryRow(panel: Panel, findings: readonly Finding[], room: PanelRoom): Row {
  const { glyph, now } = room;
  if (findings.length === 0) return emptyRow(panel, room);
  const row: Span[] = [...countSpans(findings, glyph), span(': ', 'dim')];
  for (const [index, { text, since, isOpen }] of findings.entries()) {
    if (index > 0) row.push(span(` ${glyph.dot} `, 'dim'));
    row.push(span(oneLine(text), isOpen ? 'text' : 'dim'), span(` ${formatAgo(now - since)}`, 'dim'));
  }
  // The first place: what is cut off at the end must not be that these are old news.
  if (panel.state === 'ready' && panel.probes.broken === 0) return row;
  const isLooking = panel.state === 'looking';
  return [span(`${stateText(panel, room)} ${glyph.dot} `, isLooking ? 'dim' : 'warn'), ...row];
}

function emptyRow(panel: Panel, room: PanelRoom): Row {
  const { glyph } = room;
  if (panel.state === 'looking') return [span(`${glyph.waiting} ${stateText(panel, room)}`, 'dim')];
  if (panel.state === 'failed') return [span(`${glyph.failed} ${stateText(panel, room)}`, 'warn')];
  const answered = `${panel.probes.ok} ${panel.probes.ok === 1 ? 'probe' : 'probes'} answered`;
  if (panel.probes.ok === 0) return [span(`${glyph.unknown} nothing could be looked at`, 'warn')];
  if (panel.probes.broken > 0) {
    return [
      span(`${glyph.unknown} nothing found, but ${stateText(panel, room)}`, 'warn'),
      span(` ${glyph.dot} ${answered}`, 'dim'),
    ];
  }
  const when = panel.at === null ? '' : ` ${glyph.dot} ${formatAgo(room.now - panel.at)}`;
  return [span(glyph.ok, 'ok'), span(` nothing found ${glyph.dot} ${answered}${when}`, 'dim')];
}

/** `◆ 1 critical, 2 warnings`. */
function countSpans(findings: readonly Finding[], glyph: Glyphs): Span[] {
  const spans: Span[] = [];
  for (const severity of SEVERITIES.toReversed()) {
    const count = findings.filter((finding) => finding.severity === severity).length;
    if (count === 0) continue;
    const word = severity === 'warning' && count > 1 ? 'warnings' : severity;
    const lead = spans.length === 0 ? `${glyph[severity]} ` : ', ';
    spans.push(span(`${lead}${count} ${word}`, STYLES[severity]));
  }
  return spans;
}

function findingRow(
  { severity, text, since, state, isOpen }: Finding,
  { columns, glyph, now }: PanelRoom,
): Row {
  const age = formatAge(now - since).padStart(7);
  const lead = `  ${glyph[severity]} ${severity.padEnd(8)} `;
  const news = columns >= 70 ? `  ${(isOpen ? state : 'quiet').padEnd(8)}` : '';
  const width = Math.max(8, columns - widthOf(lead) - widthOf(age) - widthOf(news));
  return [
    span(lead, STYLES[severity]),
    span(padTo(oneLine(text), width, glyph.ellipsis), isOpen ? 'text' : 'dim'),
    span(age + news, 'dim'),
  ];
}

function stateText({ state, problem, probes, at }: Panel, { glyph, now }: PanelRoom): string {
  if (state === 'looking') return `looking${glyph.ellipsis}`;
  if (state === 'failed') return `could not look: ${oneLine(problem ?? 'no reason given')}`;
  if (probes.broken > 0) return `${probes.broken} of ${probes.ok + probes.broken} probes failed`;
  return at === null ? 'looked' : `looked ${formatAgo(now - at)}`;
}
