/** Lines that come within this are one act: a paste, or one that the terminal cut into reads. */
const BURST_MS = 60;

export interface Bursts {
  /** Everything typed so far that no listener has got is dropped; gives the part of it that had no Enter yet. */
  drop(): string;
  stop(): void;
}

/**
 * Lines of a terminal that edits them itself. `onLines` gets those that came in one go, `onEnd` is called once at the
 * end of the input. A backslash at the end of a line takes the next one along.
 */
export function readBursts(
  stdin: NodeJS.ReadStream,
  onLines: (lines: string[]) => void,
  onEnd: () => void,
): Bursts {
  let rest = '';
  let lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    timer = undefined;
    if (lines.at(-1)?.endsWith('\\') === true) return;
    const burst = lines;
    lines = [];
    if (burst.length > 0) onLines(joinContinued(burst));
  };
  const onData = (chunk: string): void => {
    const parts = (rest + chunk).split(/\r?\n|\r/);
    rest = parts.pop() ?? '';
    lines.push(...parts);
    clearTimeout(timer);
    timer = setTimeout(flush, BURST_MS);
  };
  const end = (): void => {
    clearTimeout(timer);
    flush();
    onEnd();
  };
  stdin.setEncoding('utf8');
  stdin.on('data', onData);
  stdin.once('end', end);
  return {
    drop() {
      clearTimeout(timer);
      const typed = [...lines, rest].join('\n').trim();
      lines = [];
      rest = '';
      return typed;
    },
    stop() {
      clearTimeout(timer);
      stdin.off('data', onData);
      stdin.off('end', end);
      stdin.pause();
    },
  };
}

function joinContinued(lines: readonly string[]): string[] {
  return lines
    .join('\n')
    .replaceAll('\\\n', '\u0000')
    .split('\n')
    .map((line) => line.replaceAll('\u0000', '\n'));
}
