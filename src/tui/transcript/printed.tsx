import { Box, type DOMElement } from 'ink';
import { createElement, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useDepth } from '../rows/depth-context.ts';
import { paint } from '../rows/paint.ts';
import { Painted } from '../rows/painted.tsx';
import { useScreen, useScreenState } from '../screen-context.tsx';
import { useTheme } from '../theme/theme-context.tsx';
import { itemRows } from './item-rows.ts';

/**
 * Gives each batch of finished items to the terminal, once. What is drawn of a batch lives until the next one, so a
 * session of any length takes no more room than its last batch.
 */
export function Printed({ columns }: { columns: number }) {
  const { store } = useScreen();
  const theme = useTheme();
  const depth = useDepth();
  const number = useScreenState(({ transcript }) => transcript.printing.number);
  const items = useScreenState(({ transcript }) => transcript.printing.items);
  // Of a screen that is drawn anew this one is out already.
  const [before] = useState(() => (store.get().transcript.printing.isPrinted ? number : null));
  useEffect(() => {
    // In a turn of its own: between two batches of a long session keys are heard.
    const turn = setImmediate(() => store.dispatch({ kind: 'printed', batch: number }));
    return () => clearImmediate(turn);
  }, [store, number]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as it is when it is printed, once.
  const lines = useMemo(
    () =>
      items.map((item) => (
        <Box key={item.id}>
          <Painted text={paint(itemRows(item, { columns, theme }), theme.style, depth)} as="whole" />
        </Box>
      )),
    [number],
  );
  return lines.length === 0 || number === before ? null : <Above key={number}>{lines}</Above>;
}

const STYLE = { position: 'absolute', flexDirection: 'column' } as const;
/** Of Yoga, which Ink does not hand on. */
const DISPLAY_NONE = 1;

/**
 * What Ink's Static is made of, less its second frame: Static draws the whole screen once with what it has and once more
 * without, and to forget what it has drawn a third time. This is hidden as soon as it is out, with nothing to draw.
 */
function Above({ children }: { children: React.ReactNode }) {
  const box = useRef<DOMElement>(null);
  // After the frame: Ink draws what stands above at once, when React commits it.
  useLayoutEffect(() => box.current?.yogaNode?.setDisplay(DISPLAY_NONE), []);
  return createElement('ink-box', { ref: box, internal_static: true, style: STYLE }, children);
}
