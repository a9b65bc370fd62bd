import { render } from 'ink';
import type { Client } from '../app/client.ts';
import type { NotificationChannel } from '../lib/notification-channel.ts';
import { App } from './app.tsx';
import { startNotifying } from './notify/start-notifying.ts';
import { DepthProvider } from './rows/depth-context.ts';
import type { ColorDepth } from './rows/paint.ts';
import { ScreenProvider } from './screen-context.tsx';
import { initialState } from './store/state.ts';
import { createStore } from './store/store.ts';
import { ChosenTheme } from './theme/chosen-theme.tsx';
import { wholeFrames } from './whole-frames.ts';

export interface ScreenOptions {
  client: Client;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  look: Look;
  /** Where somebody who looks elsewhere is called; null: nowhere. */
  notify: NotificationChannel | null;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Sent at once; what was typed behind `steward`. */
  firstPrompt: string | null;
  /** `-r` without a run: begins with the list of runs. */
  opensRuns: boolean;
  /** Ends the screen: a signal came, or the terminal is gone. */
  signal: AbortSignal;
  /** Once, when the prompt stands there and what was typed ahead has been answered. */
  onShown?(): void;
}

export interface Look {
  theme: 'terminal' | 'light' | 'dark' | 'ansi';
  /** False with NO_COLOR. */
  hasColor: boolean;
  /** False where the locale is not UTF-8: see lib/unicode-locale.ts. */
  isUnicode: boolean;
  isAnimated: boolean;
}

/** Streamed text comes at most 15 times a second; what is left of these is for keys. */
const MOST_FRAMES_A_SECOND = 60;
/** In which the first keys are answered, before the program has its turn. */
const FIRST_KEYS_MS = 50;

/** Shows the session until the operator leaves it. */
export async function startScreen(options: ScreenOptions): Promise<void> {
  const { client, stdin, stdout, look, notify, now, signal } = options;
  const store = createStore(initialState({ columns: stdout.columns, rows: stdout.rows }));
  if (options.opensRuns) store.dispatch({ kind: 'picker-opened', picker: 'resume' });
  takeTerminal(stdin, stdout);
  const notifying = startNotifying({ stdin, stdout, channel: notify, now });
  // Never in the first row of a window: see App.
  stdout.write('\n');
  const app = render(
    <ScreenProvider value={{ client, store, stdin, stdout, now }}>
      <ChosenTheme settings={look}>
        <DepthProvider value={depthOf(stdout, look)}>
          <App />
        </DepthProvider>
      </ChosenTheme>
    </ScreenProvider>,
    {
      stdin: notifying.stdin,
      stdout: wholeFrames(stdout),
      // Whoever calls has seen that it is a terminal; Ink would also look whether this is a build server.
      interactive: true,
      exitOnCtrlC: false,
      // Where the terminal has it: Shift+Enter can be told from Enter, and Esc from the beginning of a sequence.
      kittyKeyboard: { mode: 'auto' },
      incrementalRendering: true,
      maxFps: MOST_FRAMES_A_SECOND,
    },
  );
  const shown = setTimeout(() => options.onShown?.(), FIRST_KEYS_MS);
  const end = (): void => app.unmount();
  signal.addEventListener('abort', end, { once: true });
  // A terminal that is gone tells by an error when it is written to.
  stdout.once('error', end);
  if (signal.aborted) end();
  const unfollow = client.follow((happening) => {
    store.hear(happening);
    notifying.hear(happening);
  });
  store.subscribe(() => notifying.rest(store.get().handedTo !== null));
  if (options.firstPrompt !== null) client.say(options.firstPrompt);
  try {
    await app.waitUntilExit();
  } finally {
    clearTimeout(shown);
    unfollow();
    notifying.stop();
    store.close();
    signal.removeEventListener('abort', end);
  }
}

/**
 * Before the first frame, and not after it: what is typed until then the terminal would write into the frame. What it
 * has written already, of keys that came while steward was loaded, goes; the keys are read and stay.
 */
function takeTerminal(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): void {
  if (stdin.isTTY) stdin.setRawMode(true);
  stdout.write('\r\x1b[J');
}

function depthOf(stdout: NodeJS.WriteStream, look: Look): ColorDepth {
  if (!look.hasColor) return 1;
  const depth = stdout.getColorDepth();
  return depth === 8 || depth === 24 ? depth : 4;
}
