import type { Span } from '../rows/row.ts';

/**
 * A command line in its colours: programs, options, quotes, variables, operators, for the eye only. The text is kept to
 * the letter, but for what could not be seen: a character without a shape is shown by its number, `<U+200B>`.
 */
export function commandSpans(command: string): Span[] {
  const spans: Span[] = [];
  const add = (text: string, style: Span['style']): void => {
    const last = spans.at(-1);
    if (last?.style === style) spans[spans.length - 1] = { text: last.text + text, style };
    else spans.push({ text, style });
  };
  // The wrapper whose own words are passed over; '' where a program must stand; null behind it.
  let expecting: string | null = '';
  let isValueNext = false;
  let isWordStart = true;
  let wordStyle: Span['style'] = 'code';
  const endWord = (): void => {
    if (!isWordStart && isValueNext && wordStyle !== 'codeOption') isValueNext = false;
    isWordStart = true;
  };
  for (const { 0: piece, groups = {} } of command.matchAll(PIECE)) {
    if (groups.hidden !== undefined) {
      if (piece === '\t') endWord();
      add(nameOf(piece), piece === '\t' ? 'dim' : 'bad');
    } else if (groups.space !== undefined) {
      endWord();
      if (piece.includes('\n')) expecting = '';
      add(piece, 'code');
    } else if (groups.operator !== undefined) {
      endWord();
      expecting = /[<>]/.test(piece) ? null : '';
      add(piece, 'codeOperator');
    } else if (isWordStart && groups.comment !== undefined) {
      add(piece, 'codeComment');
    } else {
      const isQuiet = groups.quoted !== undefined || groups.variable !== undefined;
      if (isWordStart) {
        wordStyle = isQuiet || isValueNext ? 'code' : styleOfWord(piece, expecting !== null);
        if (wordStyle === 'codeOption') isValueNext = takesValue(expecting, piece);
        else if (wordStyle === 'codeProgram') expecting = Object.hasOwn(VALUES, piece) ? piece : null;
        else if (isQuiet && !isValueNext) expecting = null;
      }
      isWordStart = false;
      add(piece, groups.quoted !== undefined ? 'codeString' : isQuiet ? 'codeVariable' : wordStyle);
    }
  }
  return spans;
}

/** Other text of several lines, with what could not be seen by its number; a tab stays what it is. */
export function nameHidden(text: string): string {
  return text.replaceAll(new RegExp(HIDDEN, 'gu'), (sign) => (sign === '\t' ? sign : nameOf(sign)));
}

/** Controls, formats, private and unassigned signs, and spaces that are none to the shell. */
const HIDDEN = String.raw`[\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}|(?!\n)\p{Cc}`;

const PIECE = new RegExp(
  [
    `(?<hidden>${HIDDEN})`,
    String.raw`(?<space>[ \n]+)`,
    String.raw`(?<operator>\$\(|&&|\|\||\|&|;;|<<<|<<-?|>>|>&|<&|>\||&>|[|;&()<>${'`'}])`,
    String.raw`(?<quoted>'[^'\p{Cc}\p{Cf}]*'?|"(?:[^"\\\p{Cc}\p{Cf}]|\\[^\p{Cc}\p{Cf}])*"?)`,
    String.raw`(?<variable>\$(?:\{[^}\s\p{Cc}\p{Cf}]*\}?|\w+|[?!#@*$-])?)`,
    String.raw`(?<comment>#[^\n\p{Cc}\p{Cf}]*)`,
    String.raw`(?<word>(?:\\[^\p{Cc}\p{Cf}\p{Zs}]|[^\s'"$|;&()<>${'`'}#\\\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zs}])(?:\\[^\p{Cc}\p{Cf}]|[^\s'"$|;&()<>${'`'}\\\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zs}])*)`,
    '(?<other>.)',
  ].join('|'),
  'gsu',
);

/** What runs another program, which is worth seeing too, and its options that take the next word. */
const VALUES: Record<string, string> = {
  sudo: 'CDghpRrTtUu',
  doas: 'uC',
  env: 'uCS',
  nice: 'n',
  ionice: 'cnp',
  nohup: '',
  time: 'fo',
  timeout: 'ks',
  xargs: 'adEILnPs',
  exec: 'a',
};

function takesValue(wrapper: string | null, option: string): boolean {
  return wrapper !== null && option.length === 2 && (VALUES[wrapper] ?? '').includes(option.slice(1));
}

function styleOfWord(word: string, isProgramNext: boolean): Span['style'] {
  if (word.startsWith('-')) return 'codeOption';
  if (!isProgramNext || /^\d/.test(word)) return 'code';
  return /^\w+\+?=/.test(word) ? 'codeVariable' : 'codeProgram';
}

function nameOf(sign: string): string {
  if (sign === '\t') return '<tab>';
  return `<U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
}
