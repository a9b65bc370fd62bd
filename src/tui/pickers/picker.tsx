import { useInput, usePaste } from 'ink';
import { useEffect, useRef, useState } from 'react';
import type { Press } from '../press.ts';
import { Rows } from '../rows/rows.tsx';
import type { PickerProps } from '../slots.ts';
import { useTheme } from '../theme/theme-context.tsx';
import { troubleOf } from '../trouble.ts';
import { type ListView, listRows, pageOf } from './list-rows.ts';
import { type Entry, type ListState, OPEN_LIST, pressList } from './list-state.ts';
import { choose, PICKERS } from './picker-kinds.ts';

/** A list to choose from; give it the picker's name as its `key`. */
export function Picker(props: PickerProps) {
  const { client, picker, isFocused, columns, maxRows, now, onClose, onDraft, onTheme, onTrouble } = props;
  const theme = useTheme();
  const kind = PICKERS[picker];
  const [loaded, setLoaded] = useState<{ entries: Entry[] | null; problem: string | null }>({
    entries: null,
    problem: null,
  });
  const [state, setState] = useState<ListState>(OPEN_LIST);
  // Several keys can come before the next frame: each has to see what the one before it did.
  const latest = useRef(state);
  const world = { client, now: now(), theme: theme.name, onDraft, onTheme };
  const load = useRef(() => kind.load(world));
  useEffect(() => {
    let isGone = false;
    load.current().then(
      (entries) => !isGone && setLoaded({ entries, problem: null }),
      (error) => !isGone && setLoaded({ entries: [], problem: troubleOf(error).text }),
    );
    return () => {
      isGone = true;
    };
  }, []);

  const hints = [...kind.verbs, `${theme.glyph.above}${theme.glyph.below} move`, 'Esc back'];
  const view: ListView = { title: kind.title, empty: kind.empty, hints, ...loaded };
  const room = { columns, rows: maxRows, glyph: theme.glyph };
  const take = (press: Press): void => {
    const pressed = pressList(latest.current, press, loaded.entries ?? [], pageOf(room));
    latest.current = pressed.state;
    setState(pressed.state);
    if (pressed.act === null) return;
    onClose();
    if (pressed.act.kind === 'choose')
      choose(kind, pressed.act.entry, pressed.act.isOther, world).catch(onTrouble);
  };
  useInput(
    (input, key) => {
      if (key.eventType !== 'release') take({ input, key });
    },
    { isActive: isFocused },
  );
  usePaste((text) => take({ input: text, key: {} }), { isActive: isFocused });
  return <Rows rows={listRows(view, state, room)} />;
}
