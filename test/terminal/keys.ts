/** What a terminal sends for a key, as xterm has it. */
const NAMED: Record<string, string> = {
  enter: '\r',
  tab: '\t',
  'shift+tab': '\x1b[Z',
  esc: '\x1b',
  space: ' ',
  backspace: '\x7f',
  delete: '\x1b[3~',
  'page-up': '\x1b[5~',
  'page-down': '\x1b[6~',
  'alt+enter': '\x1b\r',
  'ctrl+left': '\x1b[1;5D',
  'ctrl+right': '\x1b[1;5C',
  'ctrl+_': '\x1f',
};

/** These depend on the cursor-key mode (DECCKM). */
const CURSOR_KEYS: Record<string, string> = {
  up: 'A',
  down: 'B',
  right: 'C',
  left: 'D',
  home: 'H',
  end: 'F',
};

/** `enter`, `ctrl+c`, `alt+b`, `shift+tab`, `up`, or one character. Throws for a name that is none. */
export function keyBytes(key: string, isApplicationMode: boolean): string {
  const cursorKey = CURSOR_KEYS[key];
  if (cursorKey !== undefined) return `\x1b${isApplicationMode ? 'O' : '['}${cursorKey}`;
  const named = NAMED[key];
  if (named !== undefined) return named;
  const [, modifier, letter = ''] = /^(ctrl|alt)\+([a-z])$/.exec(key) ?? [];
  if (modifier === 'ctrl') return String.fromCharCode(letter.charCodeAt(0) - 96);
  if (modifier === 'alt') return `\x1b${letter}`;
  if ([...key].length === 1) return key;
  throw new Error(`no key is called ${key}`);
}
