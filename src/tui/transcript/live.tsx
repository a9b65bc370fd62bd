import { Box, Text } from 'ink';
import { useEffect, useState } from 'react';
import { type ColorDepth, paint } from '../rows/paint.ts';
import { useScreen, useScreenState } from '../screen-context.tsx';
import { useTheme } from '../theme/theme-context.tsx';
import { isMoving, liveRows } from './live-rows.ts';

const PICTURE_MS = 160;
const SECOND_MS = 1_000;

/** What is still coming: the newest rows of it, as many as there is room for. */
export function Live({ columns, rows, depth }: { columns: number; rows: number; depth: ColorDepth }) {
  const { now } = useScreen();
  const theme = useTheme();
  const reply = useScreenState(({ transcript }) => transcript.reply);
  const calls = useScreenState(({ transcript }) => transcript.calls);
  const askedAt = useScreenState(({ transcript }) => transcript.askedAt);
  const picture = usePictures(isMoving({ calls, askedAt }), theme.isAnimated ? PICTURE_MS : SECOND_MS);
  const moment = { ms: now(), picture: theme.isAnimated ? picture : null };
  const shown = liveRows({ reply, calls, askedAt }, { columns, rows, theme }, moment);
  if (shown.length === 0) return null;
  return (
    <Box flexDirection="column" flexShrink={1} overflow="hidden" justifyContent="flex-end">
      <Box flexShrink={0}>
        <Text wrap="truncate-end">{paint(shown, theme.style, depth)}</Text>
      </Box>
    </Box>
  );
}

/** Counts while something moves. No timer is left when nothing does. */
function usePictures(isRunning: boolean, everyMs: number): number {
  const [picture, setPicture] = useState(0);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setPicture((count) => count + 1), everyMs);
    return () => clearInterval(timer);
  }, [isRunning, everyMs]);
  return picture;
}
