import type { Key } from 'ink';
import { Box, Text, useInput, useWindowSize } from 'ink';
import { useMemo, useState } from 'react';
import type { Layout } from '../markdown/layout.ts';
import { type ColorDepth, paint } from '../rows/paint.ts';
import { cut, cutRow, type Row } from '../rows/row.ts';
import { useTheme } from '../theme/theme-context.tsx';
import { highlight, type Move, move, PAGER_START, type PagerState, search } from './state.ts';

export interface PagerPage {
  title: string;
  /** `2 of 7`. */
  place: string;
  rows(layout: Layout): Row[];
  /** Asked for when the first row is shown and somebody goes on up; false when there is nothing before. */
  hasEarlier: boolean;
  /** Begins at its end. */
  isFromEnd: boolean;
}

export interface PagerProps {
  page: PagerPage;
  depth: ColorDepth;
  onClose(): void;
  /** Another call: the one before, the one after. */
  onTurn(by: -1 | 1): void;
  onTranscript(): void;
  /** Closes, and prints all rows above the prompt. */
  onPrint(rows: readonly Row[]): void;
  onEarlier(): void;
}

/** A text as long as it likes, in the whole window. Mounted anew for every page. */
export function Pager({ page, depth, onClose, onTurn, onTranscript, onPrint, onEarlier }: PagerProps) {
  const theme = useTheme();
  const { columns, rows: windowRows } = useWindowSize();
  const height = Math.max(1, windowRows - 2);
  const rows = useMemo(() => page.rows({ columns, theme }), [page, columns, theme]);
  // Counted from the end where rows come in front: what is read stays where it is.
  const [state, setState] = useState<PagerState & { of: number }>(() => ({
    ...PAGER_START,
    top: page.isFromEnd ? Math.max(0, rows.length - height) : 0,
    of: rows.length,
  }));
  const grown = page.isFromEnd ? Math.max(0, rows.length - state.of) : 0;
  const at: PagerState = { ...state, top: Math.min(state.top + grown, Math.max(0, rows.length - height)) };
  const put = (next: PagerState): void => setState({ ...next, of: rows.length });

  useInput((input, key) => {
    if (at.query !== null) return put(typeQuery(at, input, key, rows, height));
    if (key.escape || input === 'q' || (key.ctrl && (input === 'c' || input === 'o'))) return onClose();
    if (key.leftArrow || input === 'h' || input === 'p') return onTurn(-1);
    if (key.rightArrow || input === 'l') return onTurn(1);
    if (input === 't') return onTranscript();
    if (input === '[') return onPrint(rows);
    if (input === '/') return put({ ...at, query: '', isMissing: false });
    if (input === 'n' || input === 'N') return put(search(at, rows, height, input === 'N'));
    const to = moveOf(input, key);
    if (to === null) return;
    if (at.top === 0 && page.hasEarlier && UP.has(to)) onEarlier();
    put(move(at, to, rows.length, height));
  });

  const shown = rows.slice(at.top, at.top + height).map((row) => cutRow(highlight(row, at.sought), columns));
  const filled = [...shown, ...Array.from({ length: height - shown.length }, (): Row => [])];
  const head: Row = [
    { text: cut(page.title, Math.max(1, columns - page.place.length - 2)), style: 'heading' },
    { text: `  ${page.place}`, style: 'dim' },
  ];
  const all = [
    cutRow(head, columns),
    ...filled,
    cutRow(footRow(at, rows.length, height, theme.glyph.dot), columns),
  ];
  return (
    <Box flexDirection="column" height={windowRows} overflow="hidden">
      <Text wrap="truncate-end">{paint(all, theme.style, depth)}</Text>
    </Box>
  );
}

const UP: ReadonlySet<Move> = new Set(['up', 'page-up', 'half-up', 'start']);

function moveOf(input: string, key: Key): Move | null {
  if (key.upArrow || input === 'k') return 'up';
  if (key.downArrow || input === 'j' || key.return) return 'down';
  if (key.pageUp || input === 'b') return 'page-up';
  if (key.pageDown || input === ' ' || (input === 'f' && !key.meta)) return 'page-down';
  if (input === 'u') return 'half-up';
  if (input === 'd') return 'half-down';
  if (key.home || input === 'g') return 'start';
  return key.end || input === 'G' ? 'end' : null;
}

function typeQuery(
  state: PagerState,
  input: string,
  key: Key,
  rows: readonly Row[],
  height: number,
): PagerState {
  const query = state.query ?? '';
  if (key.escape || (key.ctrl && input === 'c')) return { ...state, query: null };
  if (key.return) return search({ ...state, query: null, sought: query, top: state.top - 1 }, rows, height);
  if (key.backspace || key.delete) return { ...state, query: query === '' ? null : query.slice(0, -1) };
  return key.ctrl || key.meta ? state : { ...state, query: query + input };
}

function footRow(state: PagerState, rows: number, height: number, dot: string): Row {
  if (state.query !== null) {
    return [
      { text: `/${state.query}`, style: 'text' },
      { text: ' ', style: 'cursor' },
    ];
  }
  const end = Math.min(rows, state.top + height);
  const part = rows <= height ? 'all' : end >= rows ? 'end' : `${Math.floor((100 * end) / rows)} %`;
  const hints = ['q close', '/ search', '←→ other calls', 't transcript', '[ print'].join(` ${dot} `);
  return [
    { text: `${part}  `, style: 'text' },
    ...(state.isMissing ? [{ text: `${state.sought} is not in it  `, style: 'warn' as const }] : []),
    { text: hints, style: 'dim' },
  ];
}
