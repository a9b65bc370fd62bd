import { printable } from '../../lib/printable.ts';
import type { Effect } from '../../protocol/effect.ts';
import { commandSpans } from '../ask/command-spans.ts';
import { fill, wordsOf } from '../rows/flow.ts';
import { cut, type Row, type Span } from '../rows/row.ts';
import type { Call, FinishedCall } from '../store/item.ts';
import { diffRows, withoutEnd } from './diff.ts';
import { bare, below, count, dotted, type Frame, seconds } from './frame.ts';

/** Rows of a command line; all of it is behind Ctrl+O. */
const MOST_COMMAND_ROWS = 3;
const MOST_DIFF_ROWS = 14;
const MOST_ERROR_ROWS = 3;

/** One line: effect, what was done, how it ended. More only where something changed or went wrong. */
export function callRows(call: FinishedCall, frame: Frame): Row[] {
  const { theme } = frame;
  const facts = call.result === 'refused' ? [] : endFacts(call);
  const rows = headRows(call, facts, frame, call.result === 'refused' ? 'refused' : null);
  switch (call.result) {
    case 'refused': {
      // What the model was told of it stands above.
      if (call.rule === 'operator:no') {
        return [
          ...rows,
          ...below([{ text: `${theme.glyph.failed} you did not allow it`, style: 'warn' }], frame),
        ];
      }
      const rule = call.rule === null ? '' : ` by ${bare(call.rule)}`;
      const reason = call.reason ?? bare(call.preview.split('\n')[0] ?? '');
      const words: Span[] = [
        { text: `${theme.glyph.failed} refused${rule}`, style: 'warn' },
        { text: reason === '' ? '' : `: ${bare(reason)}`, style: 'dim' },
      ];
      return [...rows, ...below(words, frame)];
    }
    case 'unknown':
      return [
        ...rows,
        ...below([{ text: `${theme.glyph.unknown} nobody saw how it ended`, style: 'warn' }], frame),
      ];
    case 'failed':
      return [...rows, ...errorRows(call, frame)];
    case 'ok':
      return isChange(call) ? [...rows, ...changeRows(call, frame)] : rows;
  }
}

/** What is done, without how it went. */
export function describeCall({ tool, input, command }: Pick<Call, 'tool' | 'input' | 'command'>): Span[] {
  const fields = typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {};
  const text = (name: string): string =>
    typeof fields[name] === 'string' ? printable(fields[name]).trim() : '';
  switch (tool) {
    case 'Read':
    case 'Edit':
    case 'Write':
      return [
        { text: `${tool} `, style: 'strong' },
        { text: text('file_path'), style: 'text' },
      ];
    case 'Change':
      // While it is carried out: the step at which it is.
      return [
        { text: 'Change ', style: 'strong' },
        { text: command === null ? text('title') : bare(command), style: 'text' },
      ];
    case 'ExitPlanMode':
      return [{ text: 'Plan', style: 'strong' }];
    case 'Search':
      return [
        { text: 'Search ', style: 'strong' },
        { text: text('pattern'), style: 'codeString' },
        { text: text('path') === '' ? '' : ` in ${text('path')}`, style: 'text' },
      ];
    default: {
      const line = withoutNeedlessQuotes((command === null ? text('command') : printable(command)).trim());
      return line === '' ? [{ text: bare(tool) || 'call', style: 'strong' }] : commandSpans(line);
    }
  }
}

/** Policy prints every word of a longer line in quotes. A question shows it so; what has run is read by people. */
function withoutNeedlessQuotes(line: string): string {
  return line.replaceAll(/(?<=^|[\s|;&(])'([\w@%+:,./-]+)'(?=$|[\s|;&)*])/g, '$1');
}

/** Head of a call, with dim facts behind it. */
export function headRows(
  call: Pick<Call, 'tool' | 'input' | 'command' | 'effect'>,
  facts: readonly Span[],
  { columns, theme }: Frame,
  mark: 'refused' | 'running' | null = null,
): Row[] {
  const width = Math.max(1, columns - 2);
  const rows = fill(wordsOf(oneLine(describeCall(call))), width).map(({ row }) => row);
  const shown = rows.slice(0, MOST_COMMAND_ROWS);
  const last = shown.length - 1;
  if (rows.length > shown.length) {
    const text = cut((shown[last] ?? []).map((span) => span.text).join(''), width - 2, '');
    shown[last] = [{ text: `${text} ${theme.glyph.ellipsis}`, style: 'code' }];
  }
  const tail: Span[] = facts.flatMap((fact) => [
    { text: ` ${theme.glyph.dot} `, style: 'dim' as const },
    fact,
  ]);
  const joined = fill(wordsOf([...(shown[last] ?? []), ...tail]), width).map(({ row }) => row);
  return [...shown.slice(0, -1), ...joined].map((row, index) => [
    index === 0 ? effectSpan(call.effect, mark, theme) : { text: '  ', style: 'text' },
    ...row,
  ]);
}

function effectSpan(effect: Effect | null, mark: 'refused' | 'running' | null, theme: Frame['theme']): Span {
  if (mark === 'running') return { text: `${theme.glyph.waiting} `, style: effect ?? 'dim' };
  if (effect === null) return { text: `${theme.glyph.call} `, style: 'dim' };
  return { text: `${theme.glyph[effect]} `, style: effect };
}

/** A line feed in a command is shown, not obeyed: it stays one call, one line. */
function oneLine(spans: Span[]): Span[] {
  return spans.map(({ text, style }) => ({ text: text.replaceAll(/\n\s*/g, ' ⏎ '), style }));
}

function endFacts(call: FinishedCall): Span[] {
  const isBad = call.result === 'failed';
  const facts: Span[] = [];
  const summary = call.summary === null ? '' : bare(call.summary);
  if (isBad) facts.push({ text: summary === '' ? 'failed' : summary, style: 'warn' });
  else if (call.effect !== null && call.effect !== 'observe') facts.push({ text: 'done', style: 'ok' });
  const lines = call.preview.trim() === '' ? 0 : call.preview.split('\n').length + call.hiddenLines;
  if (lines > 1 && !isChange(call)) facts.push({ text: count(lines, 'line'), style: 'dim' });
  facts.push({ text: seconds(call.durationMs), style: 'dim' });
  return facts;
}

function errorRows(call: FinishedCall, frame: Frame): Row[] {
  const lines = printable(call.preview)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const shown = lines.slice(0, MOST_ERROR_ROWS);
  if (shown.length === 0) return [];
  const left = lines.length - shown.length + call.hiddenLines;
  const rows = shown.map((line, index): Row => {
    const head = index === 0 ? `  ${frame.theme.glyph.result} ` : '    ';
    return [{ text: head + cut(line, Math.max(1, frame.columns - 4)), style: 'dim' }];
  });
  return left <= 0 ? rows : [...rows, moreRow(left, frame)];
}

function isChange({ tool, result }: FinishedCall): boolean {
  return result === 'ok' && (tool === 'Edit' || tool === 'Write');
}

function changeRows(call: FinishedCall, frame: Frame): Row[] {
  const text = withoutEnd(printable(call.preview));
  if (!/^@@ /m.test(text)) {
    return text.trim() === '' ? [] : below([{ text: bare(text.split('\n')[0] ?? ''), style: 'dim' }], frame);
  }
  const rows = diffRows(text, { columns: Math.max(8, frame.columns - 4) });
  const shown = rows.slice(0, MOST_DIFF_ROWS).map((row): Row => [{ text: '    ', style: 'text' }, ...row]);
  const left = rows.length - shown.length + call.hiddenLines;
  return left <= 0 ? shown : [...shown, moreRow(left, frame)];
}

function moreRow(lines: number, { columns, theme }: Frame): Row {
  const text = dotted([`    ${theme.glyph.ellipsis} ${count(lines, 'more line')}`, 'ctrl+o'], theme);
  return [{ text: cut(text, columns), style: 'dim' }];
}
