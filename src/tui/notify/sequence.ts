import type { NotificationChannel } from '../../lib/notification-channel.ts';
import { printable } from '../../lib/printable.ts';

const MOST_CHARS = 120;

/**
 * What is written to call somebody. In tmux the notification is passed on to the terminal around it where that is
 * allowed (`allow-passthrough`), and a bell marks the window where it is not.
 */
export function notificationSequence(text: string, { osc, isInTmux }: NotificationChannel): string {
  const words = printable(text).replaceAll(/\s+/g, ' ').trim();
  const short = words.length > MOST_CHARS ? `${words.slice(0, MOST_CHARS - 1)}…` : words;
  const notification = osc === null ? '' : oscSequence(osc, short);
  if (!isInTmux) return notification === '' ? '\x07' : notification;
  return notification === '' ? '\x07' : `\x1bPtmux;${notification.replaceAll('\x1b', '\x1b\x1b')}\x1b\\\x07`;
}

function oscSequence(osc: 9 | 99 | 777, text: string): string {
  switch (osc) {
    case 9:
      return `\x1b]9;${text}\x1b\\`;
    case 99:
      return `\x1b]99;;${text}\x1b\\`;
    case 777:
      // A semicolon would end the body.
      return `\x1b]777;notify;steward;${text.replaceAll(';', ',')}\x1b\\`;
  }
}
