const FOCUS = /\x1b\[[IO]/g;

export interface InputWatcher {
  onFocus(hasFocus: boolean): void;
  onKey(): void;
}

/**
 * The same stream to read from, which tells on the way what the screen's library keeps to itself: reports of focus
 * (DEC mode 1004), and that something was typed. A report that is cut between two reads is put together.
 */
export function watchInput(stdin: NodeJS.ReadStream, watcher: InputWatcher): NodeJS.ReadStream {
  let tail = '';
  function look(chunk: unknown): void {
    if (typeof chunk !== 'string') return;
    const text = tail + chunk;
    for (const [report] of text.matchAll(FOCUS)) watcher.onFocus(report.endsWith('I'));
    tail = /\x1b\[?$/.exec(text)?.[0] ?? '';
    if (text.replaceAll(FOCUS, '').slice(0, -tail.length || undefined) !== '') watcher.onKey();
  }
  return new Proxy(stdin, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name !== 'read') return value.bind(target);
      return (size?: number) => {
        const chunk: unknown = target.read(size);
        look(chunk);
        return chunk;
      };
    },
  });
}
