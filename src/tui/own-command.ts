import type { Screen } from './screen-context.tsx';
import type { Terminal } from './use-terminal.ts';

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
    stdout.write(`\n! ${line}\n`);
    const command = client.runOwn(line, { isTold, columns: stdout.columns, rows: stdout.rows });
    command.onOutput((text) => stdout.write(text));
    const pass = (data: Buffer): void => command.write(data.toString('utf8'));
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
    }
  });
}
