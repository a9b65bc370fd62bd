import type { ReactNode } from 'react';
import { useScreenState } from '../screen-context.tsx';
import { createTheme, type ThemeChoice } from './theme.ts';
import { ThemeProvider } from './theme-context.tsx';

/** The theme of the settings, until another one is chosen in the screen. */
export function ChosenTheme({ settings, children }: { settings: ThemeChoice; children: ReactNode }) {
  const chosen = useScreenState(({ theme }) => theme);
  const theme = createTheme({ ...settings, theme: chosen ?? settings.theme });
  return <ThemeProvider theme={theme}>{children}</ThemeProvider>;
}
