import type { Style, Styles } from './style.ts';

/** Colours by role; what Ink takes for a colour: a name of the terminal's sixteen, or `#rrggbb`. */
interface Palette {
  accent: string;
  green: string;
  blue: string;
  yellow: string;
  red: string;
  violet: string;
  /** Beside the point; null where the terminal is asked to dim its own. */
  grey: string | null;
  line: string | null;
  addedGround: string | null;
  removedGround: string | null;
  selectedGround: string | null;
}

/** For those terminals and people whose sixteen colours are chosen well, which is most of them. */
const TERMINAL: Palette = {
  accent: 'cyan',
  green: 'green',
  blue: 'cyan',
  yellow: 'yellow',
  red: 'red',
  violet: 'magenta',
  grey: null,
  line: null,
  addedGround: null,
  removedGround: null,
  selectedGround: null,
};

/** At least 4.5 to 1 on #1e1e1e and on black; `line` is not for reading. */
const DARK: Palette = {
  accent: '#8ab4f8',
  green: '#8fcf94',
  blue: '#7fc8d8',
  yellow: '#e5c07b',
  red: '#f28b82',
  violet: '#c5a3ff',
  grey: '#9099a6',
  line: '#545b66',
  addedGround: '#1d3527',
  removedGround: '#44232a',
  selectedGround: '#2b3a52',
};

/** At least 4.5 to 1 on white and on #fdf6e3; `line` is not for reading. */
const LIGHT: Palette = {
  accent: '#1f5fbf',
  green: '#256b2c',
  blue: '#0b6777',
  yellow: '#835300',
  red: '#b3261e',
  violet: '#6f3fc4',
  grey: '#5b6470',
  line: '#b5bcc6',
  addedGround: '#d8f3dc',
  removedGround: '#fbdfdd',
  selectedGround: '#dbe7fb',
};

export function terminalStyles(): Styles {
  return stylesOf(TERMINAL);
}

export function darkStyles(): Styles {
  return stylesOf(DARK);
}

export function lightStyles(): Styles {
  return stylesOf(LIGHT);
}

/** The eight colours and bold: what every terminal that has colours has. */
export function ansiStyles(): Styles {
  const styles = stylesOf(TERMINAL);
  const plain = Object.entries(styles).map(([name, style]: [string, Style]) => {
    const { dimColor: _dim, italic: _italic, ...rest } = style;
    return [name, rest];
  });
  // The same keys as before.
  return Object.fromEntries(plain) as unknown as Styles;
}

/** NO_COLOR: weight and lines only. */
export function colorlessStyles(): Styles {
  const styles = stylesOf(TERMINAL);
  const plain = Object.entries(styles).map(([name, style]: [string, Style]) => {
    const { color: _color, backgroundColor: _ground, ...rest } = style;
    return [name, rest];
  });
  // The same keys as before.
  return Object.fromEntries(plain) as unknown as Styles;
}

function stylesOf(palette: Palette): Styles {
  const { accent, green, blue, yellow, red, violet } = palette;
  const dim: Style = palette.grey === null ? { dimColor: true } : { color: palette.grey };
  return {
    text: {},
    dim,
    strong: { bold: true },
    emphasis: { italic: true },
    strongEmphasis: { bold: true, italic: true },
    struck: { strikethrough: true },
    accent: { color: accent },
    ok: { color: green },
    info: { color: blue },
    warn: { color: yellow },
    bad: { color: red, bold: true },
    ask: { color: yellow, bold: true },
    own: { bold: true },
    shell: { color: violet },
    plan: { color: blue },
    thinking: { ...dim, italic: true },
    heading: { bold: true },
    link: { color: accent, underline: true },
    quote: { ...dim, italic: true },
    selected: grounded({ color: accent, bold: true }, palette.selectedGround),
    match: { underline: true, bold: true },
    cursor: { inverse: true },
    border: palette.line === null ? { dimColor: true } : { color: palette.line },
    observe: { color: green },
    reversible: { color: blue },
    disruptive: { color: yellow },
    irreversible: { color: red, bold: true },
    diffAdd: grounded({ color: green }, palette.addedGround),
    diffRemove: grounded({ color: red }, palette.removedGround),
    diffHunk: { color: blue },
    diffSame: dim,
    codeInline: { color: accent },
    code: {},
    codeKeyword: { color: violet },
    codeString: { color: green },
    codeNumber: { color: yellow },
    codeComment: dim,
    codeProgram: { bold: true },
    codeOption: { color: blue },
    codeVariable: { color: violet },
    codeOperator: { color: yellow, bold: true },
  };
}

function grounded(style: Style, ground: string | null): Style {
  return ground === null ? style : { ...style, backgroundColor: ground };
}
