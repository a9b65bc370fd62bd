import { Box } from 'ink';
import { useTheme } from '../theme/theme-context.tsx';
import { useDepth } from './depth-context.ts';
import { paint } from './paint.ts';
import { Painted } from './painted.tsx';
import type { Row } from './row.ts';

/** Rows that were laid out before: one line each, never wrapped again. One text for all: Ink's work is by the piece. */
export function Rows({ rows, indent = 0 }: { rows: readonly Row[]; indent?: number }) {
  const { style } = useTheme();
  const text = paint(rows, style, useDepth());
  return (
    <Box flexShrink={0} paddingLeft={indent}>
      {rows.length > 0 && <Painted text={text} as="cut" />}
    </Box>
  );
}
