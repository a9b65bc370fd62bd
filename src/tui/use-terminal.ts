import { useApp } from 'ink';
import { useEffect, useMemo } from 'react';
import { type Screen, useScreen } from './screen-context.tsx';
import type { ScreenState } from './store/state.ts';
import { troubleOf } from './trouble.ts';

/** Who else may have the terminal for a while. */
export interface Terminal {
  /**
   * The screen is gone while `use` works, and is drawn anew when it has settled. Waits for whoever has it, and asks a
   * pager to close by `signal`. Rejects as `use` does.
   */
  lend(to: NonNullable<ScreenState['handedTo']>, use: (signal: AbortSignal) => Promise<void>): Promise<void>;
}

/** Also lends it to whatever command of a run needs a password. */
export function useTerminal(): Terminal {
  const screen = useScreen();
  const { suspendTerminal } = useApp();
  const terminal = useMemo(() => createTerminal(screen, suspendTerminal), [screen, suspendTerminal]);
  useEffect(
    () =>
      screen.client.follow((happening) => {
        if (happening.kind !== 'terminal-wanted') return;
        terminal.lend('password', happening.use).catch((error: unknown) => {
          screen.store.dispatch({ kind: 'shown', item: troubleOf(error) });
        });
      }),
    [screen, terminal],
  );
  return terminal;
}

function createTerminal(screen: Screen, suspend: (use: () => Promise<void>) => Promise<void>): Terminal {
  const { store } = screen;
  let last: Promise<void> = Promise.resolve();
  let current: { to: string; end: AbortController } | null = null;

  async function give(
    to: NonNullable<ScreenState['handedTo']>,
    use: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const end = new AbortController();
    current = { to, end };
    store.dispatch({ kind: 'terminal-given', to });
    try {
      await allPrinted(screen);
      await suspend(async () => {
        // Ink turns it off for whoever is lent the terminal; a pager is ours, and reads its first key as it comes.
        if (to === 'pager') readKeys(screen);
        await use(end.signal);
        // Before the first frame, as at the start: what comes until then would be written into it.
        readKeys(screen);
      });
    } finally {
      current = null;
      store.dispatch({ kind: 'terminal-back' });
    }
  }

  return {
    lend(to, use) {
      // It only reads, and can be opened again.
      if (current?.to === 'pager') current.end.abort();
      const lent = last.then(() => give(to, use));
      last = lent.catch(() => {});
      return lent;
    },
  };
}

function readKeys({ stdin }: Screen): void {
  if (stdin.isTTY) stdin.setRawMode(true);
}

/** What Ink draws while it is suspended, or when it has ended, is lost: what was handed to it must be out before. */
export async function allPrinted({ store }: Screen): Promise<void> {
  if (store.get().transcript.printing.isPrinted) return;
  await new Promise<void>((resolve) => {
    const stop = store.subscribe(() => {
      if (!store.get().transcript.printing.isPrinted) return;
      stop();
      resolve();
    });
  });
}
