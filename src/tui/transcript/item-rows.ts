import { type Row, span } from '../rows/row.ts';
import { wrapWords } from '../rows/wrap.ts';
import type { Item } from '../store/item.ts';
import type { Theme } from '../theme/theme.ts';

/** How wide and in what marks something is laid out. */
export interface Frame {
  columns: number;
  theme: Theme;
}

/** An item as rows, none wider than `columns`, with the empty row before it that keeps it apart. */
export function itemRows(item: Item, frame: Frame): Row[] {
  return [[], ...wrapWords([span(JSON.stringify(item))], frame.columns)];
}
