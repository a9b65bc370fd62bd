import type { Question } from '../../protocol/question.ts';
import { type Row, rowWidth, type Span, span } from '../rows/row.ts';
import { wrapExactly, wrapWords } from '../rows/wrap.ts';
import type { Glyphs } from '../theme/glyphs.ts';
import { diffRows, withoutEnd } from '../transcript/diff.ts';
import { commandSpans, nameHidden } from './command-spans.ts';

/** What has to be known for an answer: where, what it touches, who asks and why, and whose words are in it. */
export function questionFacts(question: Question, width: number): Row[] {
  const { cwd, target, rule, reason, origins, wantsTerminal, proof = [] } = question;
  const from = origins.flatMap(({ word, source }) =>
    fact('beware', [span(word, 'bad'), span(` is named only in ${source}`, 'warn')], width),
  );
  const password = wantsTerminal
    ? fact('note', [span('It will ask for a password: the terminal is handed over to it.')], width)
    : [];
  return [
    ...from,
    ...(target.kind === 'none'
      ? []
      : fact('touches', [span(`${target.kind} `, 'dim'), span(target.name)], width)),
    ...(cwd === '' ? [] : fact('in', [span(cwd)], width, 'exactly')),
    ...proof.flatMap((line, index) => fact(index === 0 ? 'proof' : '', [span(line)], width, 'exactly')),
    ...fact('because', [span(reason), span(` (${rule})`, 'dim')], width),
    ...password,
  ];
}

/** What "for the rest of this run" would mean. */
export function offerFacts({ offer }: Question, width: number): Row[] {
  if (offer === null) return [];
  const list = (label: string, lines: readonly string[]): Row[] =>
    lines.flatMap((line, index) => fact(index === 0 ? label : '', commandSpans(line), width, 'exactly'));
  return [
    ...fact('rule', [span(offer.rule, 'strong')], width, 'exactly'),
    ...list('allows', offer.matches),
    ...list('but not', offer.misses),
  ];
}

/** Each file as it would become. */
export function diffsRows({ diffs = [] }: Question, width: number): Row[] {
  return diffs.flatMap(({ path, diff }) => [
    [],
    ...wrapExactly([span(nameHidden(path), 'strong')], width),
    ...diffRows(withoutEnd(nameHidden(diff)), { columns: width }).filter(
      (row) => !row.every(({ style }) => style === 'diffHunk'),
    ),
  ]);
}

/** Every letter of it. Where a line is too long for a row the next begins with a mark: a line feed has none. */
export function commandRows(command: string, width: number, glyph: Glyphs): Row[] {
  const lead = span(`${glyph.wrapped} `, 'dim');
  return lines(commandSpans(command)).flatMap((line) => {
    if (rowWidth(line) <= width) return [line];
    return wrapExactly(line, width - rowWidth([lead])).map((row, index) =>
      index === 0 ? row : [lead, ...row],
    );
  });
}

/** Plain text whose lines are indented by what they belong to. */
export function explanationRows(text: string, width: number): Row[] {
  return text.split('\n').flatMap((line) => {
    const indent = Math.min(line.length - line.trimStart().length, Math.floor(width / 3));
    return wrapWords([span(line.trim())], width - indent).map((row) => [span(' '.repeat(indent)), ...row]);
  });
}

function lines(spans: readonly Span[]): Span[][] {
  const found: Span[][] = [[]];
  for (const { text, style } of spans) {
    for (const [index, part] of text.split('\n').entries()) {
      if (index > 0) found.push([]);
      if (part !== '') found.at(-1)?.push(span(part, style));
    }
  }
  return found;
}

const LABEL_WIDTH = 9;

function fact(label: string, parts: Span[], width: number, how: 'words' | 'exactly' = 'words'): Row[] {
  const wrap = how === 'words' ? wrapWords : wrapExactly;
  if (width < 50) {
    const lead = label === '' ? '  ' : `${label} `;
    return wrap([span(lead, 'dim'), ...parts], width);
  }
  return wrap(parts, width - LABEL_WIDTH).map((row, index) => [
    span((index === 0 ? label : '').padEnd(LABEL_WIDTH), 'dim'),
    ...row,
  ]);
}
