import { Rows } from '../rows/rows.tsx';
import type { StatusLineProps } from '../slots.ts';
import { useTheme } from '../theme/theme-context.tsx';
import { statusRows } from './status-rows.ts';

export function StatusLine({ status, columns, maxRows, now }: StatusLineProps) {
  const { glyph } = useTheme();
  return <Rows rows={statusRows(status, { columns, maxRows, glyph, now: now() })} />;
}
