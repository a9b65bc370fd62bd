import { render } from 'ink';
import type { Client } from '../../app/client.ts';
import type { LogLine } from '../../protocol/event.ts';
import { type ColorDepth, plain } from '../rows/paint.ts';
import type { Row } from '../rows/row.ts';
import type { Screen } from '../screen-context.tsx';
import type { Openable } from '../store/state.ts';
import type { Theme } from '../theme/theme.ts';
import { ThemeProvider } from '../theme/theme-context.tsx';
import { bare } from '../transcript/frame.ts';
import { troubleOf } from '../trouble.ts';
import type { Terminal } from '../use-terminal.ts';
import { borrowKeys } from './borrow-keys.ts';
import { Pager, type PagerPage } from './pager.tsx';
import { openableRows, textOfLine, transcriptRows } from './pages.ts';

export interface PagerOptions {
  screen: Screen;
  terminal: Terminal;
  theme: Theme;
  depth: ColorDepth;
}

/** Lines that are fetched at once when somebody goes up. */
const LINES_AT_ONCE = 300;

/**
 * Shows what the newest call brought, and from there all others and the whole transcript, in the terminal's other
 * screen: what was there before is there again when it is closed.
 */
export async function openPager({ screen, terminal, theme, depth }: PagerOptions): Promise<void> {
  const { openables, older } = screen.store.get().transcript;
  if (openables.length === 0 && older === 0) {
    return screen.store.dispatch({
      kind: 'shown',
      item: { kind: 'notice', level: 'info', text: 'nothing to open yet', hint: null },
    });
  }
  let printed: readonly Row[] | null = null;
  try {
    await terminal.lend('pager', async (signal) => {
      printed = await runPager({ screen, theme, depth, signal });
    });
  } catch (error) {
    screen.store.dispatch({ kind: 'shown', item: troubleOf(error) });
  }
  if (printed !== null)
    screen.store.dispatch({ kind: 'shown', item: { kind: 'plain', text: plain(printed) } });
}

interface Running {
  screen: Screen;
  theme: Theme;
  depth: ColorDepth;
  /** Somebody needs the terminal more. */
  signal: AbortSignal;
}

/** Rows to print when it was closed by `[`. */
async function runPager({ screen, theme, depth, signal }: Running): Promise<readonly Row[] | null> {
  const { client, store, stdin, stdout } = screen;
  const { openables } = store.get().transcript;
  let index = openables.length - 1;
  let lines: LogLine[] | null = index < 0 ? [] : null;
  let isLoading = false;
  let printed: readonly Row[] | null = null;

  // Ink knows a screen by its stream, and has one on this stream already, which waits.
  const other = new Proxy(stdout, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const keys = borrowKeys(stdin);
  const app = render(null, {
    stdin: keys.stdin,
    stdout: other,
    alternateScreen: true,
    interactive: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const close = (): void => {
    keys.giveBack();
    app.unmount();
  };
  signal.addEventListener('abort', close, { once: true });

  function draw(page: PagerPage, key: string): void {
    app.rerender(
      <ThemeProvider theme={theme}>
        <Pager
          key={key}
          page={page}
          depth={depth}
          onClose={close}
          onTurn={(by) => turn(lines === null ? by : 0)}
          onTranscript={() => void addEarlier([])}
          onPrint={(rows) => {
            printed = rows;
            close();
          }}
          onEarlier={() => void addEarlier(lines ?? [])}
        />
      </ThemeProvider>,
    );
  }

  function turn(by: number): void {
    lines = null;
    index = Math.min(openables.length - 1, Math.max(0, index + by));
    const openable = openables[index];
    if (openable !== undefined) void showOpenable(client, openable, index, openables.length, draw);
  }

  async function addEarlier(known: LogLine[]): Promise<void> {
    if (isLoading) return;
    isLoading = true;
    const before = known[0]?.seq ?? Number.MAX_SAFE_INTEGER;
    const earlier = await client.older(before, LINES_AT_ONCE).catch(() => []);
    isLoading = false;
    const all = [...earlier, ...known];
    lines = all;
    const isFirst = (all[0]?.seq ?? 1) <= 1 || earlier.length === 0;
    const page: PagerPage = {
      title: 'transcript',
      place: isFirst ? 'from its beginning' : 'earlier lines above',
      rows: (layout) => transcriptRows(all, layout),
      hasEarlier: !isFirst,
      isFromEnd: true,
    };
    draw(page, 'transcript');
  }

  if (index < 0) void addEarlier([]);
  else turn(0);
  try {
    await app.waitUntilExit();
  } finally {
    keys.giveBack();
    signal.removeEventListener('abort', close);
  }
  return printed;
}

async function showOpenable(
  client: Client,
  { title, kind, text, seq }: Openable,
  index: number,
  of: number,
  draw: (page: PagerPage, key: string) => void,
): Promise<void> {
  const body = text ?? (await textFromLog(client, kind, seq)) ?? '(this line of the log cannot be read)';
  const page: PagerPage = {
    title: bare(title),
    place: `${kind} ${index + 1} of ${of}`,
    rows: (layout) => openableRows(kind, body, layout),
    hasEarlier: false,
    isFromEnd: false,
  };
  draw(page, String(index));
}

async function textFromLog(
  client: Client,
  kind: Openable['kind'],
  seq: number | null,
): Promise<string | null> {
  if (seq === null) return null;
  const [line] = await client.older(seq + 1, 1).catch(() => []);
  return line === undefined ? null : textOfLine(line, kind);
}
