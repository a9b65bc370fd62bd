import type { Key } from 'ink';

/** One key as it was pressed: a chord like `ctrl+a`, `alt+enter`, or `text` with what was typed. */
export interface KeyPress {
  chord: string;
  /** Letters to insert; empty for all but `text`. */
  text: string;
}

/** What came of one chunk of input. A chunk with a line break in its middle was pasted: nobody types so fast. */
export type Typed = { kind: 'keys'; presses: KeyPress[] } | { kind: 'paste'; text: string };

/**
 * Ink tells of one key at a time, except that text which came in one read is told at once, with carriage returns and
 * control letters in it: fast typing over a slow line, a script, or a paste where the terminal does not mark them.
 * Esc and a key in one read look like Alt with that key: where nothing is bound to it (`isBound`), they are two.
 */
export function readKeys(
  input: string,
  key: Partial<Key>,
  isBound: (chord: string) => boolean = () => true,
): Typed {
  if (key.eventType === 'release') return { kind: 'keys', presses: [] };
  const named = nameOf(key);
  if (named !== null) {
    // Two escapes in one read are told as one with Alt.
    if (named === 'escape' && key.meta) return { kind: 'keys', presses: [press('escape'), press('escape')] };
    return { kind: 'keys', presses: [press(chordOf(named, key))] };
  }
  if (key.super || key.hyper || input === '') return { kind: 'keys', presses: [] };
  if (key.ctrl || key.meta) {
    const chord = chordOf(input.toLowerCase(), key);
    if (key.meta && key.eventType === undefined && !isBound(chord)) {
      const rest = readKeys(input, { ...key, meta: false });
      return rest.kind === 'paste' ? rest : { kind: 'keys', presses: [press('escape'), ...rest.presses] };
    }
    return { kind: 'keys', presses: [press(chord)] };
  }
  return /[\r\n][^\r\n]/.test(input)
    ? { kind: 'paste', text: input }
    : { kind: 'keys', presses: splitChunk(input) };
}

function splitChunk(chunk: string): KeyPress[] {
  const pieces = chunk.match(/[\u0000-\u001f\u007f]|[^\u0000-\u001f\u007f]+/g) ?? [];
  return pieces.map((piece) => {
    const code = piece.charCodeAt(0);
    if (code >= 32 && code !== 127) return { chord: 'text', text: piece };
    if (piece === '\r') return press('enter');
    if (piece === '\t') return press('tab');
    if (code === 8 || code === 127) return press('backspace');
    if (code === 27) return press('escape');
    return press(`ctrl+${String.fromCharCode(code + (code <= 26 ? 96 : 64)).toLowerCase()}`);
  });
}

function nameOf(key: Partial<Key>): string | null {
  if (key.return) return 'enter';
  if (key.escape) return 'escape';
  if (key.tab) return 'tab';
  if (key.backspace) return 'backspace';
  if (key.delete) return 'delete';
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.pageUp) return 'pageup';
  return key.pageDown ? 'pagedown' : null;
}

function chordOf(name: string, { ctrl, meta, shift }: Partial<Key>): string {
  const isLetter = /^[^\x00-\x7f]$|^[^a-z]$/i.test(name) && name.length === 1;
  return [
    ctrl ? 'ctrl+' : '',
    meta ? 'alt+' : '',
    shift && !isLetter && (ctrl || name.length > 1) ? 'shift+' : '',
    name,
  ].join('');
}

function press(chord: string): KeyPress {
  return { chord, text: '' };
}
