import type { Status } from '../../app/client.ts';
import { cutRow, oneLine, type Row, rowWidth, span } from '../rows/row.ts';
import type { Glyphs } from '../theme/glyphs.ts';
import { shed } from './shed.ts';
import { spendingParts, standingParts } from './status-parts.ts';

/** One row or two, never wider than `columns`; always the same number, so that nothing moves. */
export function statusRows(
  status: Status | null,
  room: { columns: number; maxRows: number; glyph: Glyphs; now: number },
): Row[] {
  const { columns, maxRows, glyph } = room;
  const margin = columns >= 60 ? 2 : 0;
  const width = columns - margin;
  const between = ` ${glyph.dot} `;
  const indent = (row: Row): Row => [span(' '.repeat(margin)), ...row];
  if (status === null) {
    const starting = cutRow([span(`starting${glyph.ellipsis}`, 'dim')], width, glyph.ellipsis);
    return [indent(starting), ...(maxRows > 1 ? [[]] : [])];
  }
  const standing = standingParts(status, room);
  const spending = spendingParts(status, room);
  if (maxRows < 2) return [indent(shed([...standing, ...spending], width, between, glyph.ellipsis))];
  const first = shed(standing, width, between, glyph.ellipsis);
  const second = shed(spending, width, between, glyph.ellipsis);
  const name = status.runName === null ? [] : [span(oneLine(status.runName), 'dim')];
  const gap = width - rowWidth(second) - rowWidth(name);
  const named = name.length > 0 && gap >= 4 ? [...second, span(' '.repeat(gap - 1)), ...name] : second;
  return [indent(first), indent(named)];
}
