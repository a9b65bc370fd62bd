import type { Question } from '../../protocol/question.ts';
import { cutRow, type Row, rowWidth, span, widthOf } from '../rows/row.ts';
import { type Scrolled, type Scrolling, scrollRows } from '../rows/scroll-rows.ts';
import { EFFECT_WORDS } from '../theme/effect-words.ts';
import type { Glyphs } from '../theme/glyphs.ts';
import { commandRows, diffsRows, explanationRows, offerFacts, questionFacts } from './ask-facts.ts';
import { type AskState, isAboutPlan } from './ask-state.ts';
import { choiceRows, commentRows, hintRow } from './choice-rows.ts';

export interface AskRoom {
  columns: number;
  /** At least 5, which is taken when it is less. */
  rows: number;
  /** Questions behind this one. */
  waiting: number;
  glyph: Glyphs;
}

/** The dialog, never higher or wider than its room; what does not fit scrolls, and a row says so. */
export function askRows(
  state: AskState,
  question: Question,
  room: AskRoom,
): { rows: Row[]; scrolling: Scrolling } {
  const { columns, glyph } = room;
  const height = Math.max(5, room.rows);
  const isRoomy = height >= 13;
  const head: Row[] = [
    ...(height >= 8 ? [[span(glyph.rule.repeat(columns), question.effect)]] : []),
    titleRow(question, room),
  ];
  const foot = footRows(state, question, { columns, isRoomy, glyph });
  const hint = height >= 7 ? [hintRow(state, columns, glyph)] : [];
  const bodyRoom = Math.max(1, height - head.length - foot.length - hint.length);
  const margin = columns >= 50 ? 2 : 0;
  const body = bodyRows(state, question, {
    columns: Math.max(4, columns - margin * 2),
    rows: bodyRoom,
    glyph,
  });
  const indented = body.rows.map((row): Row => (row.length === 0 ? [] : [span(' '.repeat(margin)), ...row]));
  const air: Row[] = isRoomy && body.rows.length < bodyRoom ? [[]] : [];
  return {
    rows: [...head, ...indented, ...foot, ...air, ...hint].slice(0, height),
    scrolling: body.scrolling,
  };
}

function titleRow(question: Question, { columns, waiting, glyph }: AskRoom): Row {
  const { effect } = question;
  const left = isAboutPlan(question)
    ? [span(`${glyph[effect]} `, effect), span('Is this the plan? ', 'ask')]
    : [span(`${glyph[effect]} `, effect), span('Run this? ', 'ask'), span(EFFECT_WORDS[effect], effect)];
  const right = waiting > 0 ? `${waiting} more behind it` : '';
  const gap = columns - rowWidth(left) - widthOf(right);
  if (gap < 2) return cutRow(left, columns, glyph.ellipsis);
  return [...left, span(' '.repeat(gap)), span(right, 'dim')];
}

function footRows(
  state: AskState,
  question: Question,
  room: { columns: number; isRoomy: boolean; glyph: Glyphs },
): Row[] {
  if (state.view === 'explanation') return [];
  if (state.view === 'choices') return choiceRows(state, question, room);
  return commentRows(state.comment, room.columns, room.isRoomy ? 3 : 1, room.glyph);
}

/** Command and facts, with air around them where there is room. The command gives way first, then all of it scrolls. */
function bodyRows(
  state: AskState,
  question: Question,
  room: { columns: number; rows: number; glyph: Glyphs },
): Scrolled {
  const { columns, rows, glyph } = room;
  if (state.view === 'explanation') {
    const text = state.explanation ?? `One moment${glyph.ellipsis}`;
    return scrollRows(explanationRows(text, columns), state.top, room);
  }
  const command = [...commandRows(question.command, columns, glyph), ...diffsRows(question, columns)];
  const facts = state.chosen === 'run' ? offerFacts(question, columns) : questionFacts(question, columns);
  const most = { page: rows, most: 0 };
  const free = rows - command.length - facts.length;
  const air: Row = [];
  if (free >= 3) return { rows: [air, ...command, air, ...facts, air], scrolling: most };
  if (free === 2) return { rows: [...command, air, ...facts, air], scrolling: most };
  if (free === 1) return { rows: [...command, air, ...facts], scrolling: most };
  if (free === 0) return { rows: [...command, ...facts], scrolling: most };
  const commandRoom = rows - facts.length - 1;
  if (commandRoom < 4) return scrollRows([...command, ...facts], state.top, room);
  const part = scrollRows(command, state.top, { ...room, rows: commandRoom });
  return { rows: [...part.rows, air, ...facts], scrolling: part.scrolling };
}
