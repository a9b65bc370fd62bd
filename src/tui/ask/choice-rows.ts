import type { Question } from '../../protocol/question.ts';
import { cutRow, type Row, rowWidth, span, widthOf } from '../rows/row.ts';
import { wrapExactly } from '../rows/wrap.ts';
import type { Glyphs } from '../theme/glyphs.ts';
import { type AskState, choicesOf } from './ask-state.ts';

/** One below the other where there is room, else side by side. Grey while no key counts. */
export function choiceRows(
  state: AskState,
  question: Question,
  { columns, isRoomy, glyph }: { columns: number; isRoomy: boolean; glyph: Glyphs },
): Row[] {
  const isQuiet = !state.isArmed || state.isSent;
  const choices = choicesOf(question).map(({ name, label, short, missing }, index): Row => {
    const isChosen = state.chosen === name;
    const style = missing !== null || isQuiet ? 'dim' : isChosen ? 'selected' : 'text';
    const pointer = isChosen ? glyph.pointer : ' ';
    if (!isRoomy) return [span(`${pointer}${index + 1} ${short}`, style)];
    const reason = missing === null ? [] : [span(` ${glyph.dot} ${missing}`, 'dim')];
    return [span(`${pointer} `, 'accent'), span(`${index + 1}  ${label}`, style), ...reason];
  });
  return isRoomy ? choices.map((row) => cutRow(row, columns, glyph.ellipsis)) : pack(choices, columns);
}

/** The end of what is written, with a cursor behind it. */
export function commentRows(comment: string, columns: number, most: number, glyph: Glyphs): Row[] {
  const lead = `${glyph.prompt} `;
  const text = wrapExactly([span(comment), span(' ', 'cursor')], columns - widthOf(lead)).slice(-most);
  return [
    cutRow([span('Why not? The model is told.', 'strong')], columns, glyph.ellipsis),
    ...text.map((row, index): Row => [span(index === 0 ? lead : '  ', 'accent'), ...row]),
  ];
}

/** What keys do now; the least needed ones go first where it is narrow. */
export function hintRow(state: AskState, columns: number, glyph: Glyphs): Row {
  const dot = ` ${glyph.dot} `;
  const parts = hintsOf(state, glyph);
  while (parts.length > 1 && widthOf(parts.join(dot)) > columns) parts.pop();
  return cutRow([span(parts.join(dot), 'dim')], columns, glyph.ellipsis);
}

function hintsOf({ view, isArmed, isSent, isTyping, chosen }: AskState, glyph: Glyphs): string[] {
  const arrows = `${glyph.above}${glyph.below}`;
  if (isSent) return [`answered${glyph.ellipsis}`];
  if (isTyping) return ['typing goes to the prompt; pause to answer'];
  if (!isArmed) return [`one moment${glyph.ellipsis}`];
  if (view === 'comment') return ['Enter denies with this', 'Esc back'];
  if (view === 'explanation') return [`${arrows} scroll`, 'Esc back'];
  const choose = `${arrows} or 1-5 choose`;
  return chosen === null
    ? [choose, 'Esc stops the work', 'Tab denies with a word to the model']
    : [choose, 'Enter answers', 'Esc stops the work'];
}

function pack(tokens: readonly Row[], columns: number): Row[] {
  const rows: Row[] = [];
  for (const token of tokens) {
    const last = rows.at(-1);
    if (last !== undefined && rowWidth(last) + 1 + rowWidth(token) <= columns)
      rows[rows.length - 1] = [...last, span(' '), ...token];
    else rows.push(token);
  }
  return rows;
}
