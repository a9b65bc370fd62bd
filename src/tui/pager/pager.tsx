import { Box, Text, useInput, useWindowSize } from 'ink';
import { useMemo, useRef, useState } from 'react';
import type { Layout } from '../markdown/layout.ts';
import { type ColorDepth, paint } from '../rows/paint.ts';
import { cut, cutRow, type Row } from '../rows/row.ts';
import { useTheme } from '../theme/theme-context.tsx';
import { type PagerAct, pressesOf, pressKey } from './press.ts';
import { highlight, PAGER_START, type PagerState } from './state.ts';

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

  // Several reads can come before the next frame: each has to see what the one before it did.
  const latest = useRef(at);
  latest.current = at;

  useInput((input, key) => {
    let next = latest.current;
    for (const press of pressesOf(input, key)) {
      const pressed = pressKey(next, press, { rows, height, hasEarlier: page.hasEarlier });
      next = pressed.state;
      if (pressed.act !== null) acts[pressed.act]();
    }
    latest.current = next;
    setState({ ...next, of: rows.length });
  });
  const acts: Record<PagerAct, () => void> = {
    close: onClose,
    'earlier-call': () => onTurn(-1),
    'later-call': () => onTurn(1),
    transcript: onTranscript,
    print: () => onPrint(rows),
    'earlier-lines': onEarlier,
  };

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
