import type { Press } from './press.ts';

/** Brings the editor what a dialog got and was not meant for it: keys in their order, and pastes. */
export interface KeyRelay {
  send(relayed: Relayed): void;
  /** Answers with "stop". */
  listen(listener: (relayed: Relayed) => void): () => void;
}

export type Relayed = { kind: 'press'; press: Press } | { kind: 'paste'; text: string };

export function createKeyRelay(): KeyRelay {
  const listeners = new Set<(relayed: Relayed) => void>();
  // What comes while nobody listens waits for who comes next.
  let kept: Relayed[] = [];
  return {
    send(relayed) {
      if (listeners.size === 0) kept.push(relayed);
      for (const listener of listeners) listener(relayed);
    },
    listen(listener) {
      listeners.add(listener);
      const waiting = kept;
      kept = [];
      for (const relayed of waiting) listener(relayed);
      return () => void listeners.delete(listener);
    },
  };
}
