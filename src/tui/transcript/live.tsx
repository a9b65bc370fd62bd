import { Box } from 'ink';
import { useEffect, useReducer } from 'react';
import { useDepth } from '../rows/depth-context.ts';
import { paint } from '../rows/paint.ts';
import { Painted } from '../rows/painted.tsx';
import { useScreen, useScreenState } from '../screen-context.tsx';
import { useTheme } from '../theme/theme-context.tsx';
import { isMoving, liveRows } from './live-rows.ts';

const PICTURE_MS = 160;
const SECOND_MS = 1_000;

/** What is still coming: the newest rows of it, as many as there is room for. */
export function Live({ columns, rows }: { columns: number; rows: number }) {
  const { now } = useScreen();
  const theme = useTheme();
  const depth = useDepth();
  const reply = useScreenState(({ transcript }) => transcript.reply);
  const calls = useScreenState(({ transcript }) => transcript.calls);
  const askedAt = useScreenState(({ transcript }) => transcript.askedAt);
  useMotion(isMoving({ calls, askedAt }), theme.isAnimated ? PICTURE_MS : SECOND_MS);
  const ms = now();
  const moment = { ms, picture: theme.isAnimated ? Math.floor(ms / PICTURE_MS) : null };
  const shown = liveRows({ reply, calls, askedAt }, { columns, rows, theme }, moment);
  if (shown.length === 0) return null;
  return (
    <Box flexDirection="column" flexShrink={1} overflow="hidden" justifyContent="flex-end">
      <Box flexShrink={0}>
        <Painted text={paint(shown, theme.style, depth)} as="cut" />
      </Box>
    </Box>
  );
}

/**
 * Draws again when something moves and nothing else has drawn it for as long: while text streams in, no timer comes on
 * top. None is left when nothing moves.
 */
function useMotion(isMoving: boolean, everyMs: number): void {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!isMoving) return;
    const timer = setTimeout(draw, everyMs);
    return () => clearTimeout(timer);
  });
}
