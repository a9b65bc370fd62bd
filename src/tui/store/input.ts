import type { Happening } from '../../app/client.ts';
import type { ThemeName } from '../theme/theme-names.ts';
import type { ItemBody } from './item.ts';
import type { PickerName, ScreenState, Size } from './state.ts';

/** Everything that can change the screen: what the program tells, and what the operator does to the screen itself. */
export type Input =
  | { kind: 'happened'; happening: Happening }
  | { kind: 'resized'; size: Size }
  | { kind: 'printed'; batch: number }
  | { kind: 'panel-toggled' }
  | { kind: 'theme-chosen'; theme: ThemeName }
  | { kind: 'picker-opened'; picker: PickerName }
  | { kind: 'picker-closed' }
  | { kind: 'terminal-given'; to: NonNullable<ScreenState['handedTo']> }
  | { kind: 'terminal-back' }
  /** The words a slash command answers with, and what else the screen itself says. */
  | { kind: 'shown'; item: Extract<ItemBody, { kind: 'page' | 'notice' | 'plain' }> };
