import type { Key } from 'ink';
import { describe, expect, it } from 'vitest';
import { BINDINGS, commandsByChord, helpRows } from '../../../src/tui/editor/keymap.ts';
import { readKeys } from '../../../src/tui/editor/keys.ts';
import { keysReference } from '../../../src/tui/editor/keys-reference.ts';

const NO_KEY: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

function chords(input: string, key: Partial<Key> = {}): string[] {
  const read = readKeys(input, { ...NO_KEY, ...key });
  if (read.kind === 'paste') return ['paste'];
  return read.presses.map(({ chord, text }) => (chord === 'text' ? JSON.stringify(text) : chord));
}

describe('a key', () => {
  it.each<[string, Partial<Key>, string[]]>([
    ['a', {}, ['"a"']],
    ['A', { shift: true }, ['"A"']],
    ['ß', {}, ['"ß"']],
    ['a', { ctrl: true }, ['ctrl+a']],
    ['_', { ctrl: true }, ['ctrl+_']],
    ['z', { ctrl: true, shift: true }, ['ctrl+shift+z']],
    ['b', { meta: true }, ['alt+b']],
    ['B', { meta: true, shift: true }, ['alt+b']],
    ['<', { meta: true }, ['alt+<']],
    ['\r', { return: true }, ['enter']],
    ['\r', { return: true, shift: true }, ['shift+enter']],
    ['\r', { return: true, meta: true }, ['alt+enter']],
    ['', { tab: true, shift: true }, ['shift+tab']],
    ['', { escape: true, meta: true }, ['escape', 'escape']],
    ['', { leftArrow: true, ctrl: true }, ['ctrl+left']],
    ['', { backspace: true, meta: true }, ['alt+backspace']],
    ['', { pageUp: true }, ['pageup']],
    ['\n', {}, ['ctrl+j']],
    ['', {}, []],
    ['a', { eventType: 'release' }, []],
    ['c', { super: true }, []],
  ])('%j with %j is %j', (input, key, expected) => {
    expect(chords(input, key)).toEqual(expected);
  });

  it('is told apart from others that came in the same read', () => {
    expect(chords('abc\r')).toEqual(['"abc"', 'enter']);
    expect(chords('\x01x\x05y\x0b\t')).toEqual(['ctrl+a', '"x"', 'ctrl+e', '"y"', 'ctrl+k', 'tab']);
    expect(chords('a\x1fb')).toEqual(['"a"', 'ctrl+_', '"b"']);
    expect(chords('\r\r')).toEqual(['enter', 'enter']);
  });

  it('is none where a line break has more behind it: that was pasted', () => {
    expect(chords('one\rtwo\r')).toEqual(['paste']);
    expect(chords('one\ntwo')).toEqual(['paste']);
  });
});

describe('Esc and a key in one read', () => {
  const isBound = (chord: string) => chord === 'alt+b';
  const split = (input: string, key: Partial<Key>) => {
    const read = readKeys(input, { ...NO_KEY, ...key }, isBound);
    return read.kind === 'keys' ? read.presses.map(({ chord, text }) => text || chord) : [];
  };

  it('are two where Alt with the key means nothing', () => {
    expect(split('b', { meta: true })).toEqual(['alt+b']);
    expect(split('N', { meta: true, shift: true })).toEqual(['escape', 'N']);
    expect(split('u', { meta: true, ctrl: true })).toEqual(['escape', 'ctrl+u']);
  });

  it('are one where the terminal says that Alt was held', () => {
    expect(split('n', { meta: true, eventType: 'press' })).toEqual(['alt+n']);
  });
});

describe('the table of keys', () => {
  it('gives each chord one command', () => {
    const all = BINDINGS.flatMap(({ chords }) => chords);
    expect(all.filter((chord, index) => all.indexOf(chord) !== index)).toEqual([]);
    expect(commandsByChord(BINDINGS).get('ctrl+j')).toBe('newline');
  });

  it('names chords as they are read: ctrl before alt before shift', () => {
    for (const chord of BINDINGS.flatMap(({ chords }) => chords)) {
      expect(chord).toMatch(/^(ctrl\+)?(alt\+)?(shift\+)?([a-z]+|[^a-z])$/);
    }
    expect(keysReference()).toContain('| `Alt+B` `Ctrl+←` `Alt+←` | a word back |');
  });

  it('tells each key of the help once', () => {
    const rows = helpRows(BINDINGS);
    expect(rows.slice(0, 4)).toEqual([
      { keys: '/', says: 'commands' },
      { keys: '@', says: 'files, units, jobs' },
      { keys: '!', says: 'your own command' },
      { keys: 'Ctrl+J, \\⏎', says: 'new line' },
    ]);
    expect(new Set(rows.map(({ keys }) => keys)).size).toBe(rows.length);
  });
});
