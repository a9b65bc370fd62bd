import type { Theme } from '../theme/theme.ts';

/** How wide and in what marks something is laid out. */
export interface Layout {
  columns: number;
  theme: Theme;
}
