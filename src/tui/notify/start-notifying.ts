import type { Happening } from '../../app/client.ts';
import type { NotificationChannel } from '../../lib/notification-channel.ts';
import { type Attention, attend } from './attention.ts';
import { notificationSequence } from './sequence.ts';
import { watchInput } from './watch-input.ts';

const TELL_FOCUS = '\x1b[?1004h';
const KEEP_FOCUS = '\x1b[?1004l';

export interface Notifying {
  /** For whoever reads keys. */
  stdin: NodeJS.ReadStream;
  hear(happening: Happening): void;
  /** Somebody else has the terminal, and would take reports of focus for keys. */
  rest(isResting: boolean): void;
  stop(): void;
}

export interface NotifyingOptions {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  /** null: nobody is called. */
  channel: NotificationChannel | null;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Calls the operator who looks elsewhere when an answer is needed, or a long turn has ended. */
export function startNotifying({ stdin, stdout, channel, now }: NotifyingOptions): Notifying {
  if (channel === null) return { stdin, hear() {}, rest() {}, stop() {} };
  let attention: Attention = { hasFocus: null, lastKeyAt: now(), workingSince: null };
  let isTold = false;
  const tellFocus = (wanted: boolean): void => {
    if (wanted === isTold) return;
    isTold = wanted;
    stdout.write(wanted ? TELL_FOCUS : KEEP_FOCUS);
  };
  tellFocus(true);
  return {
    stdin: watchInput(stdin, {
      onFocus(hasFocus) {
        attention = { ...attention, hasFocus };
      },
      onKey() {
        attention = { ...attention, lastKeyAt: now() };
      },
    }),
    hear(happening) {
      const next = attend(attention, happening, now());
      attention = next.attention;
      if (next.call !== null) stdout.write(notificationSequence(next.call, channel));
    },
    rest: (isResting) => tellFocus(!isResting),
    stop: () => tellFocus(false),
  };
}
