import xterm from '@xterm/headless';
import { unicodeWidths } from './unicode-widths.ts';

/** What came through the wire, counted where it was parsed, so that no cut between two reads hides anything. */
export interface Counters {
  bytes: number;
  /** ESC[2J and ESC[3J and ESC c: what makes a terminal flicker and lose its scrollback. */
  fullClears: number;
  /** Frames of synchronized output (DEC 2026). */
  frames: number;
  bells: number;
}

export interface Notification {
  /** The number of the OSC: 9, 99 or 777. */
  code: number;
  text: string;
}

/** Cells that look alike. */
export interface Run {
  text: string;
  /** `bold dim italic underline inverse strike fg:2 bg:#a0b0c0`, in this order; empty for plain text. */
  style: string;
}

export interface Emulator {
  cursor(): { column: number; row: number; isVisible: boolean };
  size(): { columns: number; rows: number };
  title(): string;
  readonly counters: Readonly<Counters>;
  readonly notifications: readonly Notification[];
  modes(): {
    bracketedPaste: boolean;
    focus: boolean;
    applicationCursor: boolean;
    /** In the middle of a synchronized frame: a person sees the one before. */
    isInFrame: boolean;
    isAlternate: boolean;
  };
  feed(bytes: Uint8Array): void;
  resize(columns: number, rows: number): void;
  /** What the window shows, without what is blank at the ends of lines. Exactly `rows` strings. */
  screen(): string[];
  /** Lines above the window, oldest first. */
  scrollback(): string[];
  styledRow(row: number): Run[];
  /** Everything that is fed before has been parsed. */
  settle(): Promise<void>;
  onParsed(listener: () => void): () => void;
  dispose(): void;
}

const SCROLLBACK_LINES = 20_000;
/** Answers to OSC 10 and 11: a dark terminal. */
const COLORS: Record<number, string> = { 10: 'rgb:d0d0/d0d0/d0d0', 11: 'rgb:1010/1010/1010' };

/** xterm.js without a window. `reply` gets what it answers to queries, as if it were typed. */
export function createEmulator(
  size: { columns: number; rows: number },
  reply: (bytes: string) => void,
): Emulator {
  const terminal = new xterm.Terminal({
    cols: size.columns,
    rows: size.rows,
    scrollback: SCROLLBACK_LINES,
    allowProposedApi: true,
  });
  terminal.unicode.register(unicodeWidths);
  terminal.unicode.activeVersion = unicodeWidths.version;
  const counters: Counters = { bytes: 0, fullClears: 0, frames: 0, bells: 0 };
  const notifications: Notification[] = [];
  const state = { isCursorVisible: true, title: '' };

  terminal.onData(reply);
  terminal.onBell(() => counters.bells++);
  terminal.onTitleChange((title) => {
    state.title = title;
  });
  const { parser } = terminal;
  // Handlers answer false: the emulator does as it would without them.
  parser.registerCsiHandler({ final: 'J' }, ([what]) => {
    if (what === 2 || what === 3) counters.fullClears++;
    return false;
  });
  parser.registerEscHandler({ final: 'c' }, () => {
    counters.fullClears++;
    return false;
  });
  parser.registerCsiHandler({ prefix: '?', final: 'h' }, (modes) => {
    if (modes.includes(2026)) counters.frames++;
    if (modes.includes(25)) state.isCursorVisible = true;
    return false;
  });
  parser.registerCsiHandler({ prefix: '?', final: 'l' }, (modes) => {
    if (modes.includes(25)) state.isCursorVisible = false;
    return false;
  });
  for (const code of [9, 99, 777]) {
    parser.registerOscHandler(code, (text) => {
      notifications.push({ code, text });
      return true;
    });
  }
  for (const code of [10, 11]) {
    parser.registerOscHandler(code, (text) => {
      if (text === '?') reply(`\x1b]${code};${COLORS[code]}\x1b\\`);
      return true;
    });
  }

  const linesOf = (from: number, to: number): string[] =>
    Array.from(
      { length: to - from },
      (_, i) =>
        terminal.buffer.active
          .getLine(from + i)
          ?.translateToString(true)
          .trimEnd() ?? '',
    );
  return {
    cursor() {
      const { cursorX: column, cursorY: row } = terminal.buffer.active;
      return { column, row, isVisible: state.isCursorVisible };
    },
    size: () => ({ columns: terminal.cols, rows: terminal.rows }),
    title: () => state.title,
    counters,
    notifications,
    modes() {
      const { modes, buffer } = terminal;
      return {
        bracketedPaste: modes.bracketedPasteMode,
        focus: modes.sendFocusMode,
        applicationCursor: modes.applicationCursorKeysMode,
        isInFrame: modes.synchronizedOutputMode,
        isAlternate: buffer.active.type === 'alternate',
      };
    },
    feed(bytes) {
      counters.bytes += bytes.length;
      terminal.write(bytes);
    },
    resize: (columns, rows) => terminal.resize(columns, rows),
    screen() {
      const { baseY } = terminal.buffer.active;
      return linesOf(baseY, baseY + terminal.rows);
    },
    scrollback: () => linesOf(0, terminal.buffer.active.baseY),
    styledRow: (row) => readRuns(terminal, row),
    settle: () => new Promise((resolve) => terminal.write('', resolve)),
    onParsed(listener) {
      const handle = terminal.onWriteParsed(listener);
      return () => handle.dispose();
    },
    dispose: () => terminal.dispose(),
  };
}

function readRuns(terminal: xterm.Terminal, row: number): Run[] {
  const buffer = terminal.buffer.active;
  const line = buffer.getLine(buffer.baseY + row);
  const runs: Run[] = [];
  for (let column = 0; column < terminal.cols; column++) {
    const cell = line?.getCell(column);
    // The second half of a wide character.
    if (cell === undefined || cell.getWidth() === 0) continue;
    const style = styleOf(cell);
    const text = cell.getChars() || ' ';
    const last = runs.at(-1);
    if (last?.style === style) last.text += text;
    else runs.push({ text, style });
  }
  const last = runs.at(-1);
  if (last?.style === '') last.text = last.text.trimEnd();
  return runs.filter(({ text }) => text !== '');
}

function styleOf(cell: xterm.IBufferCell): string {
  const color = (isDefault: boolean, isRgb: boolean, value: number): string | null => {
    if (isDefault) return null;
    return isRgb ? `#${value.toString(16).padStart(6, '0')}` : String(value);
  };
  const fg = color(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor());
  const bg = color(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor());
  return [
    cell.isBold() && 'bold',
    cell.isDim() && 'dim',
    cell.isItalic() && 'italic',
    cell.isUnderline() && 'underline',
    cell.isInverse() && 'inverse',
    cell.isStrikethrough() && 'strike',
    fg !== null && `fg:${fg}`,
    bg !== null && `bg:${bg}`,
  ]
    .filter((word) => typeof word === 'string')
    .join(' ');
}
