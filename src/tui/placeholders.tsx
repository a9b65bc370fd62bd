import { Text, useInput } from 'ink';
import { useEffect, useState } from 'react';
import type { EditorProps, PanelProps, PickerProps, StatusLineProps } from './slots.ts';

/** Stand where the editor, the dialogs and the lines around them go until those are there. */

export function EditorPlaceholder({
  isFocused,
  isWorking,
  relay,
  onSubmit,
  onInterrupt,
  onLeave,
}: EditorProps) {
  const [text, setText] = useState('');
  useEffect(
    () =>
      relay.listen((relayed) =>
        setText((before) => before + (relayed.kind === 'press' ? relayed.press.input : '')),
      ),
    [relay],
  );
  useInput(
    (input, key) => {
      if (key.return) {
        onSubmit(text, 'say');
        setText('');
      } else if (key.escape && isWorking) onInterrupt();
      else if (key.ctrl && (input === 'c' || input === 'd')) onLeave();
      else if (key.backspace || key.delete) setText(text.slice(0, -1));
      else if (!key.ctrl && !key.meta) setText(text + input);
    },
    { isActive: isFocused },
  );
  return <Text>❯ {text}</Text>;
}

export function PickerPlaceholder({ picker, isFocused, onClose }: PickerProps) {
  useInput((_input, key) => (key.escape ? onClose() : undefined), { isActive: isFocused });
  return <Text>{picker} (esc)</Text>;
}

export function PanelPlaceholder({ panel }: PanelProps) {
  return panel.findings.length === 0 ? null : <Text>{panel.findings.length} findings</Text>;
}

export function StatusLinePlaceholder({ status }: StatusLineProps) {
  return (
    <Text dimColor>{status === null ? ' ' : `${status.model?.name ?? 'no model'} · ${status.mode}`}</Text>
  );
}
