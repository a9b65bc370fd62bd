import { useInput, usePaste } from 'ink';
import { useCallback, useRef, useState } from 'react';
import type { Client } from '../../app/client.ts';
import type { Answer, Question } from '../../protocol/question.ts';
import type { Press } from '../press.ts';
import { Rows } from '../rows/rows.tsx';
import { useTheme } from '../theme/theme-context.tsx';
import { askRows } from './ask-rows.ts';
import { type AskState, openAsk } from './ask-state.ts';
import { type AskAct, armAsk, explainAsk, pasteAsk, pressAsk, reopenAsk } from './press-ask.ts';
import { useRest } from './use-rest.ts';

export interface AskDialogProps {
  client: Pick<Client, 'answer' | 'explain' | 'interrupt'>;
  question: Question;
  /** Asked after this one. */
  waiting: number;
  isFocused: boolean;
  columns: number;
  maxRows: number;
  /** Keys that were not meant for the question: the prompt shall have them. */
  onTyped(press: Press): void;
  onPasted(text: string): void;
  /** An answer or an explanation could not be had. */
  onTrouble(error: unknown): void;
}

/** Asks about one question; give it the question's id as its `key`. */
export function AskDialog(props: AskDialogProps) {
  const { client, question, waiting, isFocused, columns, maxRows } = props;
  const { glyph } = useTheme();
  const [state, setState] = useState(() => openAsk(question.id));
  // Several keys can come before the next frame: each has to see what the one before it did.
  const latest = useRef(state);
  const update = useCallback((change: (before: AskState) => AskState): void => {
    latest.current = change(latest.current);
    setState(latest.current);
  }, []);
  useRest(
    state.rest,
    state.isArmed,
    useCallback((rest) => update((before) => armAsk(before, rest)), [update]),
  );

  const answer = async (given: Answer): Promise<void> => {
    try {
      const { kind } = await client.answer(question.id, given);
      if (kind === 'too-late') props.onTrouble(new Error('too late: nobody waits for that answer any more'));
    } catch (error) {
      props.onTrouble(error);
      update(reopenAsk);
    }
  };
  const explain = async (): Promise<void> => {
    try {
      const text = await client.explain(question.command);
      update((before) => explainAsk(before, text));
    } catch (error) {
      update((before) => explainAsk(before, `There is no explanation: ${String(error)}`));
    }
  };
  const act = (wanted: AskAct | null): void => {
    if (wanted === null) return;
    if (wanted.kind === 'pass') props.onTyped(wanted.press);
    else if (wanted.kind === 'paste') props.onPasted(wanted.text);
    else if (wanted.kind === 'answer') void answer(wanted.answer);
    else if (wanted.kind === 'interrupt') client.interrupt();
    else if (state.explanation === null) void explain();
  };

  const layout = (shown: AskState) => askRows(shown, question, { columns, rows: maxRows, waiting, glyph });
  useInput(
    (input, key) => {
      if (key.eventType === 'release') return;
      const { scrolling } = layout(latest.current);
      const pressed = pressAsk(latest.current, { input, key }, question, scrolling);
      update(() => pressed.state);
      act(pressed.act);
    },
    { isActive: isFocused },
  );
  usePaste(
    (text) => {
      const pasted = pasteAsk(latest.current, text);
      update(() => pasted.state);
      act(pasted.act);
    },
    { isActive: isFocused },
  );
  return <Rows rows={layout(state).rows} />;
}
