import { Box, Text } from 'ink';
import { useTheme } from '../theme/theme-context.tsx';
import type { Row } from './row.ts';

/** Rows that were laid out before: one line each, never wrapped again. */
export function Rows({ rows, indent = 0 }: { rows: readonly Row[]; indent?: number }) {
  return (
    <Box flexDirection="column" flexShrink={0} paddingLeft={indent}>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place.
        <RowLine key={index} row={row} />
      ))}
    </Box>
  );
}

export function RowLine({ row }: { row: Row }) {
  const { style } = useTheme();
  // An empty Text has no height.
  if (row.every(({ text }) => text === '')) return <Text> </Text>;
  return (
    <Text wrap="truncate-end">
      {row.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a span is its place.
        <Text key={index} {...style[part.style]}>
          {part.text}
        </Text>
      ))}
    </Text>
  );
}
