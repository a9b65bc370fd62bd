import type { Key } from 'ink';

/** A key as Ink's useInput tells of it. */
export interface Press {
  input: string;
  key: Partial<Key>;
}

/** One letter that was typed: not a chord, and not several at once, which is what a paste looks like without its marks. */
export function typedLetter({ input, key }: Press): string | null {
  if (key.ctrl === true || key.meta === true || input === '' || /[\p{Cc}]/u.test(input)) return null;
  const [first, second] = new Intl.Segmenter().segment(input);
  return first !== undefined && second === undefined ? first.segment : null;
}

/** Several letters that came as one: pasted, or typed ahead of a busy program. */
export function isSeveral({ input, key }: Press): boolean {
  return key.ctrl !== true && key.meta !== true && input !== '' && typedLetter({ input, key }) === null;
}
