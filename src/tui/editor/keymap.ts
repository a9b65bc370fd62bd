/** What a key does to the text, or asks of the session. One table; the help is made from it. */
export type EditCommand =
  | 'send'
  | 'newline'
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'word-left'
  | 'word-right'
  | 'row-start'
  | 'row-end'
  | 'line-start'
  | 'line-end'
  | 'text-start'
  | 'text-end'
  | 'page-up'
  | 'page-down'
  | 'delete-back'
  | 'delete'
  | 'kill-line'
  | 'kill-line-back'
  | 'kill-word'
  | 'kill-word-back'
  | 'kill-blank-word-back'
  | 'yank'
  | 'yank-pop'
  | 'undo'
  | 'redo'
  | 'transpose'
  | 'tab'
  | 'escape'
  | 'leave'
  | 'leave-or-delete'
  | 'search'
  | 'open-editor'
  | 'stash'
  | 'redraw'
  | 'cycle-mode'
  | 'suspend';

export interface Binding {
  chords: readonly string[];
  command: EditCommand;
  /** For the help; null for a key that everybody knows. `keys` where the chords are not how a person says it. */
  says: string | null;
  keys?: string;
}

export const BINDINGS: readonly Binding[] = [
  { chords: ['enter'], command: 'send', says: null },
  {
    chords: ['ctrl+j', 'shift+enter', 'alt+enter', 'ctrl+enter', 'ctrl+alt+j', 'ctrl+alt+m'],
    command: 'newline',
    says: 'new line',
    keys: 'Ctrl+J, \\⏎',
  },
  { chords: ['escape'], command: 'escape', says: 'interrupt; rewind', keys: 'Esc' },
  { chords: ['ctrl+c'], command: 'leave', says: 'stop, clear, leave' },
  { chords: ['ctrl+d'], command: 'leave-or-delete', says: null },
  { chords: ['shift+tab'], command: 'cycle-mode', says: 'next mode' },
  { chords: ['tab'], command: 'tab', says: null },
  { chords: ['up', 'ctrl+p'], command: 'up', says: 'earlier prompts', keys: '↑ ↓' },
  { chords: ['down', 'ctrl+n'], command: 'down', says: null },
  { chords: ['ctrl+r'], command: 'search', says: 'search earlier prompts' },
  { chords: ['ctrl+g'], command: 'open-editor', says: 'edit in $EDITOR' },
  { chords: ['ctrl+s'], command: 'stash', says: 'put the prompt aside' },
  { chords: ['left', 'ctrl+b'], command: 'left', says: null },
  { chords: ['right', 'ctrl+f'], command: 'right', says: null },
  { chords: ['alt+b', 'ctrl+left', 'alt+left'], command: 'word-left', says: 'by word', keys: 'Alt+B/F' },
  { chords: ['alt+f', 'ctrl+right', 'alt+right'], command: 'word-right', says: null },
  { chords: ['ctrl+a'], command: 'line-start', says: 'start, end of line', keys: 'Ctrl+A/E' },
  { chords: ['ctrl+e'], command: 'line-end', says: null },
  { chords: ['home'], command: 'row-start', says: null },
  { chords: ['end'], command: 'row-end', says: null },
  { chords: ['ctrl+home', 'alt+<'], command: 'text-start', says: null },
  { chords: ['ctrl+end', 'alt+>'], command: 'text-end', says: null },
  { chords: ['pageup'], command: 'page-up', says: null },
  { chords: ['pagedown'], command: 'page-down', says: null },
  { chords: ['backspace', 'shift+backspace', 'ctrl+h'], command: 'delete-back', says: null },
  { chords: ['delete'], command: 'delete', says: null },
  {
    chords: ['ctrl+k'],
    command: 'kill-line',
    says: 'cut: end, start, word',
    keys: 'Ctrl+K/U/W',
  },
  { chords: ['ctrl+u'], command: 'kill-line-back', says: null },
  { chords: ['ctrl+w', 'ctrl+backspace'], command: 'kill-blank-word-back', says: null },
  { chords: ['alt+backspace', 'ctrl+alt+h'], command: 'kill-word-back', says: null },
  { chords: ['alt+d', 'alt+delete', 'ctrl+delete'], command: 'kill-word', says: null },
  { chords: ['ctrl+y'], command: 'yank', says: 'put it back', keys: 'Ctrl+Y, Alt+Y' },
  { chords: ['alt+y'], command: 'yank-pop', says: null },
  {
    chords: ['ctrl+_', 'ctrl+-', 'ctrl+/'],
    command: 'undo',
    says: 'undo; redo',
    keys: 'Ctrl+_, Alt+_',
  },
  { chords: ['alt+_', 'ctrl+alt+_', 'ctrl+shift+z'], command: 'redo', says: null },
  { chords: ['alt+t'], command: 'transpose', says: null },
  { chords: ['ctrl+l'], command: 'redraw', says: null },
  { chords: ['ctrl+z'], command: 'suspend', says: 'to the shell, then fg' },
];

/** While a list of proposals is open; other keys edit. */
export const POPUP_KEYS: Readonly<Record<string, 'next' | 'previous' | 'accept' | 'accept-send' | 'close'>> =
  {
    down: 'next',
    'ctrl+n': 'next',
    up: 'previous',
    'ctrl+p': 'previous',
    tab: 'accept',
    enter: 'accept-send',
    escape: 'close',
  };

/** While earlier prompts are searched; other keys take the match and edit it. */
export const SEARCH_KEYS: Readonly<
  Record<string, 'older' | 'newer' | 'shorten' | 'clear' | 'take' | 'send' | 'cancel'>
> = {
  'ctrl+r': 'older',
  up: 'older',
  'ctrl+p': 'older',
  'ctrl+s': 'newer',
  down: 'newer',
  'ctrl+n': 'newer',
  backspace: 'shorten',
  'ctrl+h': 'shorten',
  'ctrl+u': 'clear',
  tab: 'take',
  escape: 'take',
  enter: 'send',
  'ctrl+c': 'cancel',
  'ctrl+g': 'cancel',
};

/** A map by chord. */
export function commandsByChord(bindings: readonly Binding[]): ReadonlyMap<string, EditCommand> {
  return new Map(bindings.flatMap(({ chords, command }) => chords.map((chord) => [chord, command] as const)));
}

export function isBound(chord: string): boolean {
  return BINDINGS.some(({ chords }) => chords.includes(chord));
}

/** Rows of the help: the key as a person says it, and what it does. */
export function helpRows(bindings: readonly Binding[]): { keys: string; says: string }[] {
  const prefixes = [
    { keys: '/', says: 'commands' },
    { keys: '@', says: 'files, units, jobs' },
    { keys: '!', says: 'your own command' },
  ];
  const keys = bindings.flatMap(({ chords, says, keys: said }) =>
    says === null ? [] : [{ keys: said ?? sayChord(chords[0] ?? ''), says }],
  );
  return [...prefixes, ...keys];
}

/** `ctrl+a` as a person says it. */
export function sayChord(chord: string): string {
  return chord
    .split('+')
    .map((part) => KEY_NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join('+');
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  enter: '⏎',
  escape: 'Esc',
  ctrl: 'Ctrl',
  alt: 'Alt',
  shift: 'Shift',
  tab: 'Tab',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  home: 'Home',
  end: 'End',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  backspace: 'Backspace',
  delete: 'Del',
};
