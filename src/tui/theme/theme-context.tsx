import { createContext, type ReactNode, useContext } from 'react';
import { createTheme, type Theme } from './theme.ts';

const ThemeContext = createContext<Theme>(
  createTheme({ theme: 'terminal', hasColor: true, isUnicode: true, isAnimated: false }),
);

export function ThemeProvider({ theme, children }: { theme: Theme; children: ReactNode }) {
  return <ThemeContext value={theme}>{children}</ThemeContext>;
}

export function useTheme(): Theme {
  return useContext(ThemeContext);
}
