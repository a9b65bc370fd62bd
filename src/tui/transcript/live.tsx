import { Box, Text } from 'ink';
import type { ColorDepth } from '../rows/paint.ts';
import { useScreenState } from '../screen-context.tsx';

/** What is still coming: the newest rows of it, as many as there is room for. */
export function Live(_props: { columns: number; rows: number; depth: ColorDepth }) {
  const text = useScreenState(({ transcript }) => transcript.reply?.rest ?? '');
  return (
    <Box flexDirection="column">
      <Text>{text}</Text>
    </Box>
  );
}
