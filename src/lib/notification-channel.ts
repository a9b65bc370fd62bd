/** How a terminal can call somebody who looks elsewhere. */
export interface NotificationChannel {
  /** The number of the OSC that it shows as a notification of the desktop; null: a bell is all there is. */
  osc: 9 | 99 | 777 | null;
  isInTmux: boolean;
}

/** By what a terminal says of itself. One that is not known gets a bell: an OSC might end up on its screen. */
export function notificationChannel(env: Readonly<Record<string, string | undefined>>): NotificationChannel {
  const isInTmux = (env.TMUX ?? '') !== '';
  // GNU screen keeps what it does not know.
  if ((env.STY ?? '') !== '') return { osc: null, isInTmux };
  return { osc: oscOf(env), isInTmux };
}

function oscOf(env: Readonly<Record<string, string | undefined>>): NotificationChannel['osc'] {
  if ((env.KITTY_WINDOW_ID ?? '') !== '' || env.TERM === 'xterm-kitty') return 99;
  const program = env.LC_TERMINAL ?? env.TERM_PROGRAM ?? '';
  if (['iTerm2', 'iTerm.app', 'WezTerm', 'ghostty', 'WarpTerminal'].includes(program)) return 9;
  if (env.TERM === 'xterm-ghostty') return 9;
  const term = env.TERM ?? '';
  return term.startsWith('foot') || term.startsWith('rxvt-unicode') ? 777 : null;
}
