import type { TextProps } from 'ink';

/** How a piece of text looks; spread into Ink's Text. Nothing in it for the terminal's own. */
export type Style = Pick<
  TextProps,
  'color' | 'backgroundColor' | 'dimColor' | 'bold' | 'italic' | 'underline' | 'strikethrough' | 'inverse'
>;

/** Styles by what they mean. Each meaning is also told by a glyph or a word: a colour only repeats it. */
export interface Styles {
  text: Style;
  /** Beside the point: hints, durations, paths. */
  dim: Style;
  strong: Style;
  emphasis: Style;
  strongEmphasis: Style;
  struck: Style;
  /** Our own hand: prompt, pointer, what is chosen. */
  accent: Style;
  ok: Style;
  info: Style;
  warn: Style;
  bad: Style;
  /** Somebody has to answer. */
  ask: Style;
  /** What the operator typed. */
  own: Style;
  /** A line of `!`. */
  shell: Style;
  plan: Style;
  thinking: Style;
  heading: Style;
  link: Style;
  quote: Style;
  /** The row under the pointer. */
  selected: Style;
  /** Letters that a search found. */
  match: Style;
  /** The cell that is written next. */
  cursor: Style;
  border: Style;
  observe: Style;
  reversible: Style;
  disruptive: Style;
  irreversible: Style;
  diffAdd: Style;
  diffRemove: Style;
  /** `@@ … @@`, and the lines that are as before. */
  diffHunk: Style;
  diffSame: Style;
  /** Within a sentence: `name`. */
  codeInline: Style;
  code: Style;
  codeKeyword: Style;
  codeString: Style;
  codeNumber: Style;
  codeComment: Style;
  /** Of a command line: its programs, options, variables, operators. */
  codeProgram: Style;
  codeOption: Style;
  codeVariable: Style;
  codeOperator: Style;
}
