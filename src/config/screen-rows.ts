import { row } from './setting-row.ts';
import { choice, list, text } from './value-type.ts';

/** What a session looks like, and when it calls whoever looks elsewhere. */
export const SCREEN_ROWS = {
  'screen.theme': row(
    choice(['terminal', 'light', 'dark', 'ansi']),
    'terminal',
    'replace',
    'never',
    null,
    "Colours of the screen. `terminal`: the terminal's own; `ansi`: only its eight basic ones. NO_COLOR goes over all.",
  ),
  'screen.animation': row(
    choice(['on', 'off']),
    'on',
    'replace',
    'never',
    null,
    'Whether anything on the screen moves while it waits.',
  ),
  'screen.notify': row(
    choice(['auto', 'bell', 'off']),
    'auto',
    'replace',
    'never',
    null,
    'How you are called, when you look elsewhere, to answer a question or to the end of a turn of more than 10 s. `auto`: by a notification where the terminal has them, else by a bell.',
  ),
  'screen.probes': row(
    list(text()),
    ['systemd-failed', 'disk', 'memory', 'oom', 'reboot-needed'],
    'replace',
    'never',
    null,
    'Probes of the quick look that a session begins with. They should be cheap: it is taken each time.',
  ),
};
