import { render, Text } from 'ink';
import type { Client } from '../app/client.ts';

export interface ScreenOptions {
  client: Client;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  look: Look;
  /** Sent at once; what was typed behind `steward`. */
  firstPrompt: string | null;
  /** `-r` without a run: begins with the list of runs. */
  opensRuns: boolean;
  /** Ends the screen: a signal came, or the terminal is gone. */
  signal: AbortSignal;
}

export interface Look {
  theme: 'terminal' | 'light' | 'dark' | 'ansi';
  /** False with NO_COLOR. */
  hasColor: boolean;
  /** False where the locale is not UTF-8: see lib/unicode-locale.ts. */
  isUnicode: boolean;
  isAnimated: boolean;
  /** Flat text for a screen reader. */
  isScreenReader: boolean;
}

/** Shows the session until the operator leaves it. */
export async function startScreen({ stdin, stdout, signal }: ScreenOptions): Promise<void> {
  const app = render(<Text>❯ </Text>, { stdin, stdout });
  signal.addEventListener('abort', () => app.unmount(), { once: true });
  await app.waitUntilExit();
}
