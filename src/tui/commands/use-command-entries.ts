import { useEffect, useState } from 'react';
import type { Client } from '../../app/client.ts';
import type { CommandEntry } from '../editor/state.ts';
import { commandEntries } from './run-command.ts';

/** What the palette offers: the table at once, the operator's own when they have been read. */
export function useCommandEntries(client: Pick<Client, 'ownCommands'>): readonly CommandEntry[] {
  const [entries, setEntries] = useState(() => commandEntries([]));
  useEffect(() => {
    let isGone = false;
    client.ownCommands().then(
      (own) => {
        if (!isGone && own.length > 0) setEntries(commandEntries(own));
      },
      // The command that reads them again says what is wrong.
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [client]);
  return entries;
}
