import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { EFFECTS } from '../../../src/protocol/effect.ts';
import { SEVERITIES } from '../../../src/protocol/finding.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../../src/tui/theme/glyphs.ts';
import { createTheme, effectMark, severityMark } from '../../../src/tui/theme/theme.ts';
import { THEME_NAMES, type ThemeName } from '../../../src/tui/theme/theme-names.ts';

const plain = { hasColor: true, isUnicode: true, isAnimated: false };

describe('a theme', () => {
  it.each(THEME_NAMES)('%s has no colour of any kind with NO_COLOR', (theme) => {
    const { style } = createTheme({ ...plain, theme, hasColor: false });
    const colored = Object.entries(style).filter(
      ([, value]) => 'color' in value || 'backgroundColor' in value,
    );
    expect(colored).toEqual([]);
  });

  it('is of the eight colours and bold alone when it is called ansi', () => {
    const { style } = createTheme({ ...plain, theme: 'ansi' });
    const colors = new Set(Object.values(style).flatMap(({ color }) => color ?? []));
    expect([...colors].sort()).toEqual(['cyan', 'green', 'magenta', 'red', 'yellow']);
    expect(Object.values(style).some(({ dimColor, italic }) => dimColor === true || italic === true)).toBe(
      false,
    );
  });

  it('follows the terminal with names of its own colours', () => {
    const { style } = createTheme({ ...plain, theme: 'terminal' });
    expect(Object.values(style).filter(({ color }) => color?.startsWith('#'))).toEqual([]);
  });

  it.each([
    ['dark', ['#000000', '#1e1e1e']],
    ['light', ['#ffffff', '#fdf6e3']],
  ] satisfies [ThemeName, string[]][])('%s is legible on its ground', (theme, grounds) => {
    const { border: _, ...style } = createTheme({ ...plain, theme }).style;
    const faint = Object.entries(style).flatMap(([name, { color, backgroundColor }]) =>
      color === undefined
        ? []
        : (backgroundColor === undefined ? grounds : [backgroundColor])
            .filter((ground) => contrast(color, ground) < 4.5)
            .map((ground) => `${name}: ${color} on ${ground} is ${contrast(color, ground).toFixed(1)}`),
    );
    expect(faint).toEqual([]);
  });

  it('tells effects and severities apart by glyph and by word', () => {
    for (const isUnicode of [true, false]) {
      const theme = createTheme({ ...plain, theme: 'terminal', isUnicode });
      const effects = EFFECTS.map((effect) => effectMark(theme, effect));
      const severities = SEVERITIES.map((severity) => severityMark(theme, severity));
      for (const marks of [effects, severities]) {
        expect(new Set(marks.map(({ glyph }) => glyph)).size).toBe(marks.length);
        expect(new Set(marks.map(({ word }) => word)).size).toBe(marks.length);
      }
    }
  });
});

describe('glyphs', () => {
  it('are one column wide', () => {
    const { border: _, spinner, ...glyphs } = UNICODE_GLYPHS;
    const wide = [...Object.entries(glyphs), ...spinner.entries()].filter(
      ([, glyph]) => stringWidth(glyph) !== 1,
    );
    expect(wide).toEqual([]);
  });

  it('are never drawn as emoji', () => {
    const { border: _, spinner, ...glyphs } = UNICODE_GLYPHS;
    const emoji = [...Object.values(glyphs), ...spinner].filter((glyph) =>
      /\p{Emoji_Presentation}/u.test(glyph),
    );
    expect(emoji).toEqual([]);
  });

  it('are ASCII where the locale is', () => {
    const { border: _, spinner, ...glyphs } = ASCII_GLYPHS;
    expect([...Object.values(glyphs), ...spinner].filter((glyph) => !/^[\x21-\x7e]+$/.test(glyph))).toEqual(
      [],
    );
  });
});

/** WCAG 2.2. */
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
