import { useApp } from 'ink';
import { useMemo } from 'react';
import { type Screen, useScreen } from './screen-context.tsx';
import type { ScreenState } from './store/state.ts';

/** Who else may have the terminal for a while. */
export interface Terminal {
  /**
   * The screen is gone while `use` works, and is drawn anew when it has settled. Rejects as `use` does. Does nothing
   * while somebody else has it.
   */
  lend(to: NonNullable<ScreenState['handedTo']>, use: () => Promise<void>): Promise<void>;
}

export function useTerminal(): Terminal {
  const screen = useScreen();
  const { suspendTerminal } = useApp();
  return useMemo(
    () => ({
      async lend(to, use) {
        const { store } = screen;
        if (store.get().handedTo !== null) return;
        store.dispatch({ kind: 'terminal-given', to });
        try {
          await allPrinted(screen);
          await suspendTerminal(use);
        } finally {
          store.dispatch({ kind: 'terminal-back' });
        }
      },
    }),
    [screen, suspendTerminal],
  );
}

/** What Ink draws while it is suspended is lost, so what was handed to it must be out before. */
async function allPrinted({ store }: Screen): Promise<void> {
  if (store.get().transcript.printing.isPrinted) return;
  await new Promise<void>((resolve) => {
    const stop = store.subscribe(() => {
      if (!store.get().transcript.printing.isPrinted) return;
      stop();
      resolve();
    });
  });
}
