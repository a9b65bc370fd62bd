import type { Effect } from '../../protocol/effect.ts';
import type { Severity } from '../../protocol/finding.ts';
import { EFFECT_WORDS } from './effect-words.ts';
import { ASCII_GLYPHS, type Glyphs, UNICODE_GLYPHS } from './glyphs.ts';
import { ansiStyles, colorlessStyles, darkStyles, lightStyles, terminalStyles } from './palettes.ts';
import type { Style, Styles } from './style.ts';
import type { ThemeName } from './theme-names.ts';

export interface Theme {
  name: ThemeName;
  hasColor: boolean;
  isUnicode: boolean;
  isAnimated: boolean;
  style: Styles;
  glyph: Glyphs;
}

export interface ThemeChoice {
  theme: ThemeName;
  /** False with NO_COLOR. */
  hasColor: boolean;
  /** False where the locale is not UTF-8. */
  isUnicode: boolean;
  isAnimated: boolean;
}

export function createTheme({ theme, hasColor, isUnicode, isAnimated }: ThemeChoice): Theme {
  return {
    name: theme,
    hasColor,
    isUnicode,
    isAnimated,
    style: hasColor ? STYLES[theme]() : colorlessStyles(),
    glyph: isUnicode ? UNICODE_GLYPHS : ASCII_GLYPHS,
  };
}

/** A meaning in three forms. Show the glyph or the word with the style, never the style alone. */
export interface Mark {
  glyph: string;
  word: string;
  style: Style;
}

export function effectMark(theme: Theme, effect: Effect): Mark {
  return { glyph: theme.glyph[effect], word: EFFECT_WORDS[effect], style: theme.style[effect] };
}

export function severityMark(theme: Theme, severity: Severity): Mark {
  const styles = { info: theme.style.info, warning: theme.style.warn, critical: theme.style.bad };
  return { glyph: theme.glyph[severity], word: severity, style: styles[severity] };
}

const STYLES: Record<ThemeName, () => Styles> = {
  terminal: terminalStyles,
  light: lightStyles,
  dark: darkStyles,
  ansi: ansiStyles,
};
