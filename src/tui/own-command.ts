import { printable } from '../lib/printable.ts';
import type { Screen } from './screen-context.tsx';
import type { Terminal } from './use-terminal.ts';

/** Back from what a program that was ended may have left: colours, keypad, mouse, pastes, a hidden cursor. */
const SOBER =
  '\u001b[0m\u001b[?1l\u001b>\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?2004l\u001b[?25h';
const LEAVE_OTHER_SCREEN = '\u001b[?1049l';

/**
 * The operator's own command has the terminal to itself: its bytes go through untouched, in both directions, so that an
 * editor or a pager works as it does without us, and what it wrote stays in the scrollback.
 */
export async function runOwn(
  line: string,
  isTold: boolean,
  { screen, terminal }: { screen: Screen; terminal: Terminal },
): Promise<void> {
  const { client, stdin, stdout } = screen;
  await terminal.lend('own-command', async () => {
    stdout.write(`\n! ${printable(line)}\n`);
    const command = client.runOwn(line, { isTold, columns: stdout.columns, rows: stdout.rows });
    let tail = '';
    let isElsewhere = false;
    command.onOutput((text) => {
      stdout.write(text);
      // A sequence may come in two parts.
      const seen = tail + text;
      const last = Math.max(seen.lastIndexOf('\u001b[?1049h'), seen.lastIndexOf(LEAVE_OTHER_SCREEN));
      if (last >= 0) isElsewhere = seen.startsWith('\u001b[?1049h', last);
      tail = seen.slice(-8);
    });
    const pass = (data: Buffer | string): void => command.write(data.toString());
    const resize = (): void => command.resize(stdout.columns, stdout.rows);
    stdin.setRawMode(true);
    stdin.on('data', pass);
    stdin.resume();
    stdout.on('resize', resize);
    try {
      await command.ended;
    } finally {
      stdin.off('data', pass);
      stdin.pause();
      stdin.setRawMode(false);
      stdout.off('resize', resize);
      const end = tail === '' || tail.endsWith('\n') || isElsewhere ? '' : '\r\n';
      stdout.write(`${isElsewhere ? LEAVE_OTHER_SCREEN : ''}${SOBER}${end}`);
    }
  });
}
