import { Rows } from '../rows/rows.tsx';
import type { PanelProps } from '../slots.ts';
import { useTheme } from '../theme/theme-context.tsx';
import { panelRows } from './panel-rows.ts';

export function FindingsPanel({ panel, columns, maxRows, isOpen, now }: PanelProps) {
  const { glyph } = useTheme();
  const margin = columns >= 60 ? 2 : 0;
  const room = { columns: columns - margin * 2, maxRows, isOpen, glyph, now: now() };
  return <Rows rows={panelRows(panel, room)} indent={margin} />;
}
