import { Box, Text, useInput } from 'ink';
import { useState } from 'react';
import type { EditorProps, PanelProps, PickerProps, QuestionProps, StatusLineProps } from './slots.ts';

/** Stand where the editor, the dialogs and the lines around them go until those are there. */

export function EditorPlaceholder({ isFocused, isWorking, onSubmit, onInterrupt, onLeave }: EditorProps) {
  const [text, setText] = useState('');
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

export function QuestionPlaceholder({ client, question, isFocused }: QuestionProps) {
  useInput(
    (input) => {
      if (input === 'y') void client.answer(question.id, { kind: 'once' });
      if (input === 'n') void client.answer(question.id, { kind: 'deny', comment: null });
    },
    { isActive: isFocused },
  );
  return (
    <Box flexDirection="column" borderStyle="round">
      <Text>{question.command}</Text>
      <Text>y once · n deny</Text>
    </Box>
  );
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
