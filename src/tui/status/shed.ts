import { cutRow, type Row, rowWidth, span, widthOf } from '../rows/row.ts';

/** A part of a line in its forms, the longest first. */
export interface Part {
  name: string;
  /** 1 is what is shown longest. */
  rank: number;
  forms: Row[];
}

/** Up to which rank a part says all it has to say before it is said shorter. */
const WEIGHTY = 4;
/** From which rank on a part goes before the weighty ones are said shorter. */
const SLIGHT = 8;

/**
 * Parts in their order, as many and as long as fit. What is done to make them fit is always the same, as far as it is
 * needed, so a narrower line never shows what a wider one does not; and never a part in place of a weightier one.
 */
export function shed(parts: readonly Part[], columns: number, between: string, ellipsis: string): Row {
  const form = new Map(parts.map((part) => [part, 0]));
  const shown = (): Row[] =>
    parts.flatMap((part) => {
      const row = part.forms[form.get(part) ?? 0];
      return row === undefined ? [] : [row];
    });
  const isTooWide = (): boolean =>
    shown().reduce((sum, row, index) => sum + rowWidth(row) + (index === 0 ? 0 : widthOf(between)), 0) >
    columns;
  const shorten = (part: Part): void => {
    for (let next = 1; next < part.forms.length && isTooWide(); next += 1) form.set(part, next);
  };
  const drop = (part: Part): void => {
    if (isTooWide()) form.set(part, part.forms.length);
  };
  const byRank = [...parts].sort((a, b) => b.rank - a.rank);
  const last = byRank.at(-1);
  byRank.filter(({ rank }) => rank > WEIGHTY).forEach(shorten);
  byRank.filter((part) => part.rank >= SLIGHT && part !== last).forEach(drop);
  byRank.filter(({ rank }) => rank <= WEIGHTY).forEach(shorten);
  byRank.filter((part) => part !== last).forEach(drop);
  const rows = shown().map((row, index): Row => (index === 0 ? row : [span(between, 'dim'), ...row]));
  return cutRow(rows.flat(), columns, ellipsis);
}
