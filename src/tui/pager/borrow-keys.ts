/** Up to the next key that may close the pager: q, Ctrl+C, Ctrl+O. */
const UP_TO_CLOSING = /^[^q\x03\x0f]*[q\x03\x0f]?/;

export interface BorrowedKeys {
  stdin: NodeJS.ReadStream;
  /** What was not read yet is there again for whoever had the keys before. */
  giveBack(): void;
}

/**
 * The keys of a terminal in raw mode, for a pager. It reads no further than to the key that closes it: what was typed
 * behind that is for the screen, also when it came in the same read. And it leaves raw mode on: until the screen turned it
 * on again, Enter would be a line feed, Ctrl+C a signal, and all of it written into the frame.
 */
export function borrowKeys(stdin: NodeJS.ReadStream): BorrowedKeys {
  let rest = '';
  let isBack = false;
  const read = (): unknown => {
    if (isBack) return null;
    if (rest === '') {
      const chunk: unknown = stdin.read();
      if (typeof chunk !== 'string') return chunk;
      rest = chunk;
    }
    const [part = ''] = UP_TO_CLOSING.exec(rest) ?? [];
    rest = rest.slice(part.length);
    return part;
  };
  const borrowed = new Proxy(stdin, {
    get(target, name) {
      if (name === 'read') return read;
      if (name === 'setRawMode') return () => borrowed;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return {
    stdin: borrowed,
    giveBack() {
      if (isBack) return;
      isBack = true;
      if (rest !== '') stdin.unshift(rest);
      rest = '';
    },
  };
}
