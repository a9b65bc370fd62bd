import type { Key } from 'ink';
import { graphemes } from './rows/row.ts';

/** A key as Ink's useInput tells of it. */
export interface Press {
  input: string;
  key: Partial<Key>;
}

/** One letter that was typed: not a chord, and not several at once, which is what a paste looks like without its marks. */
export function typedLetter(press: Press): string | null {
  if (isNamed(press) || /\p{Cc}/u.test(press.input)) return null;
  const [first, second] = new Intl.Segmenter().segment(press.input);
  return first !== undefined && second === undefined ? first.segment : null;
}

/** Several letters that came as one: pasted, or typed ahead of a busy program. */
export function isSeveral(press: Press): boolean {
  return !isNamed(press) && graphemes(press.input).length > 1;
}

/** A chord, or a key that is no letter: Ink gives Enter, Tab and Escape an input too. */
function isNamed({ key }: Press): boolean {
  return (
    key.ctrl === true ||
    key.meta === true ||
    key.return === true ||
    key.tab === true ||
    key.escape === true ||
    key.backspace === true ||
    key.delete === true
  );
}
