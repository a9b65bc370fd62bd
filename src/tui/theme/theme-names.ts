export const THEME_NAMES = ['terminal', 'light', 'dark', 'ansi'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];
