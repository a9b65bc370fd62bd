const FOCUS = /\x1b\[[IO]/g;

export interface InputWatcher {
  onFocus(hasFocus: boolean): void;
  onKey(): void;
}

/**
 * The same stream without the reports of focus (DEC mode 1004), which are told of instead, and so is that something was
 * typed. The screen's library would drop an Esc that comes right before a report: it reads both as one key with Alt. A
 * report that is cut between two reads is told of, and stays in the stream.
 */
export function watchInput(stdin: NodeJS.ReadStream, watcher: InputWatcher): NodeJS.ReadStream {
  let tail = '';
  function look(chunk: string): string {
    const text = tail + chunk;
    for (const [report] of text.matchAll(FOCUS)) watcher.onFocus(report.endsWith('I'));
    tail = /\x1b\[?$/.exec(text)?.[0] ?? '';
    if (text.replaceAll(FOCUS, '').slice(0, -tail.length || undefined) !== '') watcher.onKey();
    return chunk.replaceAll(FOCUS, '');
  }
  return new Proxy(stdin, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name !== 'read') return value.bind(target);
      return (size?: number) => {
        const chunk: unknown = target.read(size);
        return typeof chunk === 'string' ? look(chunk) : chunk;
      };
    },
  });
}
