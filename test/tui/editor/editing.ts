import fc from 'fast-check';
import { reduceAll } from '../../../src/tui/editor/reduce.ts';
import {
  type Act,
  type Around,
  type CommandEntry,
  type EditorState,
  EMPTY_EDITOR,
  type Input,
} from '../../../src/tui/editor/state.ts';

export const COMMANDS: readonly CommandEntry[] = [
  entry('clear', 'a new run'),
  entry('compact', 'make room in the context', '[focus]'),
  entry('cost', 'what it has cost', null, ['usage']),
  entry('goals', 'run a goal', '<name>'),
  { ...entry('disks', 'look at all disks'), isOwn: true },
];

export function around(over: Partial<Around> = {}): Around {
  return { columns: 80, maxRows: 11, isWorking: false, waiting: [], commands: COMMANDS, ...over };
}

export function chord(name: string): Input {
  return { kind: 'key', press: { chord: name, text: '' } };
}

export function typed(text: string): Input {
  return { kind: 'key', press: { chord: 'text', text } };
}

/** Keys one after the other, by their chord, and what is typed in quotes: `"abc" ctrl+a "x"`. */
export function press(keys: string, from: EditorState = EMPTY_EDITOR, where: Around = around()) {
  const inputs = (keys.match(/"[^"]*"|\S+/g) ?? []).flatMap((key) =>
    key.startsWith('"') ? Array.from(key.slice(1, -1), typed) : [chord(key)],
  );
  return run(inputs, from, where);
}

export function run(inputs: readonly Input[], from: EditorState = EMPTY_EDITOR, where: Around = around()) {
  const { state, acts } = reduceAll(from, inputs, where);
  return { state, acts, shows: withCursor(state), sent: sentBy(acts) };
}

/** `|` stands where the cursor is. */
export function withCursor({ buffer: { text, cursor } }: EditorState): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

/** Without what nobody sees: timers and what is remembered. */
export function sentBy(acts: readonly Act[]): Act[] {
  return acts.filter(({ kind }) => kind !== 'wait' && kind !== 'remember');
}

/** Letters of every kind that joins, widens or breaks. */
export const anyText = fc
  .array(
    fc.constantFrom(
      'a',
      'B',
      '7',
      '_',
      ' ',
      '  ',
      '\n',
      '\t',
      '.',
      '/',
      '-',
      '!',
      '@',
      '?',
      '\\',
      'é',
      'e\u0301',
      '\u0301',
      '\u200d',
      '漢',
      '字',
      'ｶﾞ',
      '한',
      'ᄒ',
      'ᅡ',
      'ᆫ',
      '👩',
      '👩‍💻',
      '👍🏽',
      '🏽',
      '🇩',
      '🇪',
      '🇫🇷',
      '❤️',
      '\ufe0f',
      'ม',
      'ำ',
      'क्ष',
      'नि',
      '\u200b',
      '─',
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

function entry(
  name: string,
  description: string,
  argumentHint: string | null = null,
  aliases: string[] = [],
): CommandEntry {
  return { name, aliases, description, argumentHint, isOwn: false };
}
