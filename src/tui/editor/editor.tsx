import { Box, type CursorPosition, type DOMElement, useCursor, useInput, usePaste } from 'ink';
import { type RefObject, useEffect, useEffectEvent, useRef } from 'react';
import type { Press } from '../press.ts';
import { Rows } from '../rows/rows.tsx';
import type { EditorProps } from '../slots.ts';
import { useTheme } from '../theme/theme-context.tsx';
import { drawEditor } from './draw.ts';
import { isBound } from './keymap.ts';
import { readKeys } from './keys.ts';
import type { Input } from './state.ts';
import { useEditor } from './use-editor.ts';

/** Where the operator writes. Keeps what is written while something else has the keys. */
export function Editor(props: EditorProps) {
  const { columns, maxRows, isWorking, isFocused, waiting, commands, relay } = props;
  const { glyph } = useTheme();
  const around = { columns, maxRows, isWorking, waiting, commands };
  const { state, put } = useEditor(props, around);
  const press = useEffectEvent((pressed: Press) => put(inputsOf(pressed)));
  const paste = useEffectEvent((text: string) => put([{ kind: 'paste', text }]));
  useInput((input, key) => press({ input, key }), { isActive: isFocused });
  usePaste(paste, { isActive: isFocused });
  useEffect(
    () => relay.listen((relayed) => (relayed.kind === 'press' ? press(relayed.press) : paste(relayed.text))),
    [relay],
  );

  const box = useRef<DOMElement>(null);
  const { setCursorPosition } = useCursor();
  const { rows, cursor } = drawEditor(state, around, glyph);
  setCursorPosition(isFocused ? onScreen(box, cursor) : undefined);
  return (
    <Box ref={box} flexDirection="column" flexShrink={0}>
      <Rows rows={rows} />
    </Box>
  );
}

function inputsOf({ input, key }: Press): Input[] {
  const typed = readKeys(input, key, isBound);
  if (typed.kind === 'paste') return [{ kind: 'burst', text: typed.text }];
  return typed.presses.map((press) => ({ kind: 'key', press }));
}

/**
 * The place of the real cursor, which an input method looks at. Ink counts from the top of all that it draws, and asks
 * when the layout is done: also when something above has grown and the editor itself was not drawn again.
 */
function onScreen(box: RefObject<DOMElement | null>, { x, y }: { x: number; y: number }): CursorPosition {
  return {
    get x() {
      return originOf(box.current).x + x;
    },
    get y() {
      return originOf(box.current).y + y;
    },
  };
}

function originOf(node: DOMElement | null | undefined): { x: number; y: number } {
  if (node === null || node === undefined) return { x: 0, y: 0 };
  const parent = originOf(node.parentNode);
  const layout = node.yogaNode?.getComputedLayout();
  return { x: parent.x + (layout?.left ?? 0), y: parent.y + (layout?.top ?? 0) };
}
