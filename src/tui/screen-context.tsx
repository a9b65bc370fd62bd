import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Client } from '../app/client.ts';
import type { ScreenState } from './store/state.ts';
import type { Store } from './store/store.ts';

/** What every part of the screen can reach. */
export interface Screen {
  client: Client;
  store: Store;
  /** For whoever the terminal is lent to. */
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  /** Milliseconds since the epoch. */
  now(): number;
}

const ScreenContext = createContext<Screen | null>(null);

export const ScreenProvider = ScreenContext.Provider;

export function useScreen(): Screen {
  const screen = useContext(ScreenContext);
  if (screen === null) throw new Error('a part of the screen is shown outside of it');
  return screen;
}

/** Draws again when what `select` picks is another value. */
export function useScreenState<T>(select: (state: ScreenState) => T): T {
  const { store } = useScreen();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
