import type { ColorDepth } from '../rows/paint.ts';
import type { Screen } from '../screen-context.tsx';
import type { Theme } from '../theme/theme.ts';
import type { Terminal } from '../use-terminal.ts';

export interface PagerOptions {
  screen: Screen;
  terminal: Terminal;
  theme: Theme;
  depth: ColorDepth;
}

export async function openPager(_options: PagerOptions): Promise<void> {}
