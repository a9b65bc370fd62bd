import type { Client } from '../../src/app/client.ts';
import { type ScreenOptions, startScreen } from '../../src/tui/index.ts';

/** The screen on the terminal of this process, as a program of its own would start it; `more` says what is different. */
export function showScreen(client: Client, more: Partial<ScreenOptions> = {}): Promise<unknown> {
  return startScreen({
    client,
    stdin: process.stdin,
    stdout: process.stdout,
    notify: null,
    look: { theme: 'terminal', hasColor: true, isUnicode: true, isAnimated: true },
    now: () => Date.now(),
    firstPrompt: null,
    opensRuns: false,
    signal: new AbortController().signal,
    ...more,
  });
}
