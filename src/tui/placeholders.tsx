import { Text, useInput } from 'ink';
import type { PickerProps } from './slots.ts';

/** Stand where the editor, the dialogs and the lines around them go until those are there. */

export function PickerPlaceholder({ picker, isFocused, onClose }: PickerProps) {
  useInput((_input, key) => (key.escape ? onClose() : undefined), { isActive: isFocused });
  return <Text>{picker} (esc)</Text>;
}
