/**
 * Marks, one column wide each wherever `string-width` is right: none of them is drawn as an emoji, and none is of a
 * private font.
 */
export interface Glyphs {
  prompt: string;
  shellPrompt: string;
  pointer: string;
  /** A call, and what came of it. */
  call: string;
  result: string;
  /** A paragraph of the model's. */
  say: string;
  thinking: string;
  bullet: string;
  /** Between parts of a line. */
  dot: string;
  ellipsis: string;
  /** A line that goes on in the next. */
  wrapped: string;
  arrow: string;
  above: string;
  below: string;
  opened: string;
  closed: string;
  ok: string;
  failed: string;
  unknown: string;
  waiting: string;
  paused: string;
  info: string;
  warning: string;
  critical: string;
  observe: string;
  reversible: string;
  disruptive: string;
  irreversible: string;
  barFull: string;
  barEmpty: string;
  bar: string;
  rule: string;
  /** For Ink's `borderStyle`. */
  border: 'round' | 'classic';
  spinner: readonly string[];
}

export const UNICODE_GLYPHS: Glyphs = {
  prompt: '❯',
  shellPrompt: '!',
  pointer: '❯',
  call: '●',
  result: '⎿',
  say: '●',
  thinking: '✻',
  bullet: '•',
  dot: '·',
  ellipsis: '…',
  wrapped: '↳',
  arrow: '→',
  above: '↑',
  below: '↓',
  opened: '▾',
  closed: '▸',
  ok: '✓',
  failed: '✗',
  unknown: '?',
  waiting: '◌',
  paused: '‖',
  info: '•',
  warning: '▲',
  critical: '◆',
  observe: '○',
  reversible: '◐',
  disruptive: '▲',
  irreversible: '◆',
  barFull: '━',
  barEmpty: '─',
  bar: '│',
  rule: '─',
  border: 'round',
  spinner: ['·', '✢', '✶', '✻', '✽', '✻', '✶', '✢'],
};

export const ASCII_GLYPHS: Glyphs = {
  prompt: '>',
  shellPrompt: '!',
  pointer: '>',
  call: '*',
  result: '`-',
  say: '*',
  thinking: '~',
  bullet: '-',
  dot: '-',
  ellipsis: '...',
  wrapped: '\\',
  arrow: '->',
  above: '^',
  below: 'v',
  opened: 'v',
  closed: '>',
  ok: '+',
  failed: 'x',
  unknown: '?',
  waiting: 'o',
  paused: '=',
  info: '-',
  warning: '!',
  critical: '#',
  observe: 'o',
  reversible: '~',
  disruptive: '!',
  irreversible: '#',
  barFull: '#',
  barEmpty: '-',
  bar: '|',
  rule: '-',
  border: 'classic',
  spinner: ['-', '\\', '|', '/'],
};
