import { useEffect } from 'react';
import { REST_MS } from './ask-state.ts';

/**
 * Says that a rest is over. The timer alone would not do: after a busy moment it can be due at once, ahead of keys that
 * were pressed long before. They are read first when it waits for the end of the event loop's round.
 */
export function useRest(rest: number, isArmed: boolean, onRested: (rest: number) => void): void {
  useEffect(() => {
    if (isArmed) return;
    let immediate: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => {
      immediate = setImmediate(() => onRested(rest));
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      clearImmediate(immediate);
    };
  }, [rest, isArmed, onRested]);
}
