import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { EditorProps } from '../slots.ts';
import { createMentionSearch } from './mention-search.ts';
import { reduceAll } from './reduce.ts';
import { type Act, type Around, type EditorState, EMPTY_EDITOR, type Input } from './state.ts';
import { weighOwn } from './weigh.ts';

export interface EditorHandle {
  state: EditorState;
  /** At once and in order: of several keys in one read each sees what the one before it did. */
  put(inputs: readonly Input[]): void;
}

/** What is asked of the session by its name alone. */
type PlainAsk = 'interrupt' | 'leave' | 'rewind' | 'cycle-mode' | 'redraw' | 'suspend';

/** The editor's state, and what it asks of the session. */
export function useEditor(props: EditorProps, around: Around): EditorHandle {
  const { client, draft } = props;
  const latest = useRef(EMPTY_EDITOR);
  const [state, setState] = useState(latest.current);
  const timers = useRef(new Set<NodeJS.Timeout>());

  const put = useEffectEvent((inputs: readonly Input[]) => {
    const { state: next, acts } = reduceAll(latest.current, inputs, around);
    latest.current = next;
    setState(next);
    for (const act of acts) perform(act);
  });
  const trouble = useEffectEvent((error: unknown) => props.onTrouble(error));
  const later = useCallback((input: Input) => put([input]), []);
  const [mentions] = useState(() =>
    createMentionSearch(client, (id, found) => later({ kind: 'mentions', id, mentions: found })),
  );

  const asks: Record<PlainAsk, () => void> = {
    interrupt: props.onInterrupt,
    leave: props.onLeave,
    rewind: props.onRewind,
    'cycle-mode': props.onCycleMode,
    redraw: props.onRedraw,
    suspend: props.onSuspend,
  };
  const edit = async (text: string): Promise<void> => {
    try {
      await props.lendTerminal(async () => {
        const edited = await client.editText(text);
        if (edited.trimEnd() !== text.trimEnd()) later({ kind: 'replaced', text: edited });
      });
    } catch (error) {
      props.onTrouble(error);
    }
  };
  const wait = (id: number, ms: number): void => {
    const timer = setTimeout(() => {
      timers.current.delete(timer);
      later({ kind: 'waited', id });
    }, ms);
    timers.current.add(timer);
  };
  const weigh = async (id: number, line: string): Promise<void> => {
    later({ kind: 'weighed', id, warning: await weighOwn(client, line) });
  };
  const perform = (act: Act): void => {
    if (act.kind === 'send') {
      const how = act.how === 'now' && around.isWorking ? 'steer' : 'say';
      props.onSubmit({ kind: 'prompt', text: act.text, how });
    } else if (act.kind === 'command' || act.kind === 'own') props.onSubmit(act);
    else if (act.kind === 'remember') client.remember(act.text);
    else if (act.kind === 'find-mentions') mentions.ask(act.id, act.query);
    else if (act.kind === 'weigh') void weigh(act.id, act.line);
    else if (act.kind === 'wait') wait(act.id, act.ms);
    else if (act.kind === 'open-editor') void edit(act.text);
    else if (act.kind === 'take-back') later({ kind: 'taken-back', text: client.unqueue() });
    else asks[act.kind]();
  };

  useEffect(() => {
    const running = timers.current;
    return () => {
      for (const timer of running) clearTimeout(timer);
    };
  }, []);
  useEffect(() => {
    client.history().then((entries) => later({ kind: 'history', entries }), trouble);
  }, [client, later]);
  useEffect(() => {
    if (draft.number > 0) later({ kind: 'replaced', text: draft.text });
  }, [draft, later]);
  return { state, put };
}
