import { Box, Static, Text } from 'ink';
import { useEffect } from 'react';
import { type ColorDepth, paint } from '../rows/paint.ts';
import { useScreen, useScreenState } from '../screen-context.tsx';
import type { Item } from '../store/item.ts';
import { useTheme } from '../theme/theme-context.tsx';
import { itemRows } from './item-rows.ts';

/**
 * Gives each batch of finished items to the terminal, once. A batch is a Static of its own: Ink keeps what it has
 * drawn only as long as that lives, so a session of any length takes no more room than its last batch.
 */
export function Printed({ columns, depth }: { columns: number; depth: ColorDepth }) {
  const { store } = useScreen();
  const theme = useTheme();
  const batch = useScreenState(({ transcript }) => transcript.printing);
  useEffect(() => {
    if (batch.isPrinted) return;
    // In a turn of its own: between two batches of a long session keys are heard.
    const turn = setImmediate(() => store.dispatch({ kind: 'printed', batch: batch.number }));
    return () => clearImmediate(turn);
  }, [store, batch]);
  return (
    <Static key={batch.number} items={[...batch.items]}>
      {(item: Item) => (
        <Box key={item.id}>
          <Text>{paint(itemRows(item, { columns, theme }), theme.style, depth) || ' '}</Text>
        </Box>
      )}
    </Static>
  );
}
