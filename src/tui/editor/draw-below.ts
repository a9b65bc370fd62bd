import { cut, cutRow, padTo, type Row, type Span, span, widthOf } from '../rows/row.ts';
import { wrapWords } from '../rows/wrap.ts';
import type { Glyphs } from '../theme/glyphs.ts';
import { BINDINGS, helpRows } from './keymap.ts';
import { tokenAt } from './paste.ts';
import { matchedLetters } from './popup.ts';
import type { Armed, Around, EditorState, Popup, Proposal } from './state.ts';

/** What opens below the text: one thing at a time, the most urgent. */
export function drawBelow(state: EditorState, around: Around, glyph: Glyphs, room: number): Row[] {
  const { popup, search, warning } = state;
  const { columns } = around;
  if (room <= 0) return [];
  if (warning !== null) return drawWarning(warning.sentence, warning.confirms, columns, glyph).slice(0, room);
  if (search !== null) return [drawSearch(search, columns)];
  if (popup !== null && (popup.proposals.length > 0 || popup.kind === 'command')) {
    return drawProposals(popup, columns, glyph, Math.min(room, MOST_PROPOSALS));
  }
  if (state.isHelpOpen) return drawHelp(columns, room);
  const hint = hintOf(state, around, glyph);
  return hint === null ? [] : [cutRow([span(`  ${hint}`, 'dim')], columns - 1, glyph.ellipsis)];
}

const MOST_PROPOSALS = 8;

function drawWarning(
  sentence: string,
  confirms: 'own-command' | 'prompt',
  columns: number,
  glyph: Glyphs,
): Row[] {
  if (confirms === 'prompt') return [cutRow([span(`  ${sentence}`, 'warn')], columns - 1, glyph.ellipsis)];
  const rows = wrapWords([span(sentence, 'warn')], columns - 3).slice(0, 3);
  const marked = rows.map(
    (row, index): Row => [span(index === 0 ? `${glyph.warning} ` : '  ', 'warn'), ...row],
  );
  return [...marked, [span('  Enter again runs it, Esc edits.', 'dim')]];
}

function drawSearch(
  { query, isFailing, isLast, at }: NonNullable<EditorState['search']>,
  columns: number,
): Row {
  const said = isFailing
    ? isLast
      ? 'no older one'
      : 'not found'
    : at === null
      ? ''
      : 'Ctrl+R older  Tab edits  Enter sends';
  const label = span('  search ', 'dim');
  const room = Math.max(4, columns - widthOf(label.text) - 3);
  const hint = widthOf(query) + widthOf(said) + 2 <= room ? said : isFailing ? said : '';
  return [
    label,
    span(cut(query, room), isFailing ? 'warn' : 'strong'),
    span(`  ${hint}`, isFailing ? 'warn' : 'dim'),
  ];
}

function drawProposals(popup: Popup, columns: number, glyph: Glyphs, room: number): Row[] {
  const { proposals, selected, query } = popup;
  if (proposals.length === 0) return [cutRow([span(`  no command /${query}`, 'dim')], columns - 1)];
  const isCut = proposals.length > room;
  const height = isCut && room > 2 ? room - 1 : Math.min(room, proposals.length);
  const first = Math.max(0, Math.min(selected - Math.floor(height / 2), proposals.length - height));
  const shown = proposals.slice(first, first + height);
  // One command with many arguments must not take the room of what all the others are for.
  const share = Math.floor(columns * (columns < 60 ? 0.6 : 0.42));
  const nameWidth = Math.min(Math.max(...proposals.map(widthOfName)), share);
  const rows = shown.map((proposal, index) =>
    drawProposal(popup, proposal, first + index === selected, nameWidth, columns, glyph),
  );
  return isCut && room > 2 ? [...rows, [span(`  ${selected + 1} of ${proposals.length}`, 'dim')]] : rows;
}

function drawProposal(
  popup: Popup,
  proposal: Proposal,
  isSelected: boolean,
  nameWidth: number,
  columns: number,
  glyph: Glyphs,
): Row {
  const base = isSelected ? 'selected' : 'text';
  // The name comes first; its arguments are shown as far as there is room beside it.
  const room = Math.min(nameWidth, Math.max(widthOf(proposal.text), nameWidth - widthOfHint(proposal)));
  const hint = cut(hintTextOf(proposal), nameWidth - room, glyph.ellipsis);
  const isWhole = widthOf(proposal.text) <= room;
  const matched = new Set(isWhole ? matchedLetters(popup, proposal) : []);
  const letters = isWhole ? Array.from(proposal.text) : [cut(proposal.text, room, glyph.ellipsis)];
  let at = 0;
  const name = letters.map((letter) => {
    const isMatch = matched.has(at) && at > 0;
    at += letter.length;
    return span(letter, isMatch && !isSelected ? 'match' : base);
  });
  const nameCells = widthOf(isWhole ? proposal.text : (letters[0] ?? ''));
  const gap = ' '.repeat(Math.max(0, nameWidth - nameCells - widthOf(hint)));
  const note = proposal.note === '' ? '' : `  ${proposal.note.replace(/\s+/g, ' ')}`;
  const row = [
    span(isSelected ? `${glyph.closed} ` : '  ', isSelected ? 'accent' : 'text'),
    ...join(name),
    span(hint + gap, 'dim'),
    span(note, 'dim'),
  ];
  return cutRow(row, columns - 1, glyph.ellipsis);
}

function widthOfName(proposal: Proposal): number {
  return widthOf(proposal.text) + widthOfHint(proposal);
}

function widthOfHint(proposal: Proposal): number {
  return widthOf(hintTextOf(proposal));
}

function hintTextOf({ argumentHint }: Proposal): string {
  return argumentHint === null ? '' : ` ${argumentHint}`;
}

function join(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const one of spans) {
    const last = joined.at(-1);
    if (last?.style === one.style)
      joined[joined.length - 1] = { text: last.text + one.text, style: one.style };
    else joined.push(one);
  }
  return joined;
}

const HELP_COLUMN = 38;

/** In columns that are read downwards. */
function drawHelp(columns: number, room: number): Row[] {
  const entries = helpRows(BINDINGS);
  const count = Math.max(1, Math.min(4, Math.floor((columns - 3) / HELP_COLUMN)));
  const width = Math.min(HELP_COLUMN + 6, Math.floor((columns - 3) / count));
  const height = Math.ceil(entries.length / count);
  const keysWidth = Math.max(...entries.map(({ keys }) => widthOf(keys))) + 2;
  const rows = Array.from({ length: height }, (_, row): Row => {
    const shown = Array.from({ length: count }, (_unused, column) => entries[column * height + row]);
    const cells = shown.flatMap((entry) => {
      if (entry === undefined) return [];
      return [
        span(padTo(entry.keys, keysWidth), 'accent'),
        span(padTo(entry.says, width - keysWidth - 1), 'dim'),
        span(' '),
      ];
    });
    return [span('  '), ...cells];
  });
  if (rows.length <= room) return rows;
  const hidden = rows.length - room + 1;
  return [...rows.slice(0, room - 1), [span(`  ${hidden} more rows in a taller window`, 'dim')]];
}

const ARMED_HINTS: Record<Armed, string> = {
  interrupted: 'interrupted; Ctrl+C again clears, and once more leaves',
  leave: 'Ctrl+C again leaves',
  'leave-by-d': 'Ctrl+D again leaves',
  clear: 'Esc again clears; Ctrl+Y brings it back',
  rewind: 'Esc again goes back to an earlier prompt',
};

function hintOf(state: EditorState, { isWorking }: Around, glyph: Glyphs): string | null {
  const { text, cursor } = state.buffer;
  if (state.armed !== null) return ARMED_HINTS[state.armed.kind];
  if (tokenAt(text, cursor) !== null) return 'Tab opens the paste';
  if (isWorking && text.trim() !== '') return `Enter tells it now ${glyph.dot} Tab after the turn`;
  if (state.stash.length > 0) return 'put aside; comes back after the next prompt, or with Ctrl+S';
  return null;
}
