import { render } from 'ink-testing-library';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ScreenProvider } from '../../../src/tui/screen-context.tsx';
import { initialState } from '../../../src/tui/store/state.ts';
import { createStore, type Store } from '../../../src/tui/store/store.ts';
import { createTheme } from '../../../src/tui/theme/theme.ts';
import { ThemeProvider } from '../../../src/tui/theme/theme-context.tsx';
import { Live } from '../../../src/tui/transcript/live.tsx';
import { createFakeClient } from '../../fakes/client.ts';
import { ANSWER, called, closed, decided, finished, requested, started } from '../../fakes/conversation.ts';
import { delta, happened } from '../support.ts';

const START = Date.parse('2026-11-21T03:00:00.000Z');

describe('what is still coming', () => {
  let store: Store;
  beforeEach(() => {
    // React's own turns stay real.
    vi.useFakeTimers({
      now: START,
      toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    });
    store = createStore(initialState({ columns: 60, rows: 12 }));
  });
  afterEach(() => {
    store.close();
    vi.useRealTimers();
  });

  function show(rows = 10) {
    const screen = {
      client: createFakeClient(),
      store,
      stdin: process.stdin,
      stdout: process.stdout,
      now: () => Date.now(),
    };
    const theme = createTheme({ theme: 'terminal', hasColor: false, isUnicode: true, isAnimated: true });
    return render(
      <ThemeProvider theme={theme}>
        <ScreenProvider value={screen}>
          <Live columns={60} rows={rows} />
        </ScreenProvider>
      </ThemeProvider>,
    );
  }

  it('counts the seconds of what runs, and has no timer when nothing does', async () => {
    const shown = show();
    await pass(0);
    await pass(100);
    expect(vi.getTimerCount()).toBe(0);
    store.hear(happened(decided('C1', 'sleep 60')));
    store.hear(happened(started('C1', 'sleep 60')));
    await pass(3_100);
    expect(shown.lastFrame()).toMatch(/◌ .*sleep.* 60 .*· 3.0s/);
    store.hear(happened(finished('C1')));
    store.hear(happened(called('C1', 'Bash', { command: 'sleep 60' })));
    await pass(1_000);
    expect(shown.lastFrame()).toBe('');
    expect(vi.getTimerCount()).toBe(0);
    shown.unmount();
  });

  it('moves while the model is asked, and stands still when the turn has ended', async () => {
    const shown = show();
    await pass(0);
    store.hear(happened(requested()));
    await pass(2_100);
    expect(shown.lastFrame()).toContain('working 2s · esc to interrupt');
    store.hear(delta('Is it the disk?', 'thinking'));
    await pass(1_200);
    expect(shown.lastFrame()).toContain('thinking 3s');
    expect(shown.lastFrame()).toContain('⎿ Is it the disk?');
    store.hear(happened(closed()));
    await pass(1_000);
    expect(shown.lastFrame()).toBe('');
    expect(vi.getTimerCount()).toBe(0);
    shown.unmount();
  });

  it.each([1, 2, 5, 10])('is never higher than %i rows', async (rows) => {
    const shown = show(rows);
    await pass(0);
    store.hear(happened(requested()));
    for (let n = 1; n <= 9; n++) {
      store.hear(
        happened(decided(`C${n}`, `journalctl -u unit-${n} --since yesterday --no-pager -o short-iso`)),
      );
      store.hear(happened(started(`C${n}`, 'journalctl')));
      store.hear({ kind: 'output', call: `C${n}`, text: 'one\ntwo\nthree\nfour\n' });
    }
    store.hear(delta(ANSWER));
    await pass(1_000);
    for (const frame of shown.frames) expect(frame.split('\n').length).toBeLessThanOrEqual(rows);
    expect(shown.lastFrame()).not.toBe('');
    shown.unmount();
  });
});

/** In steps, so that what a tick leads to has its turn before the next. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left >= 0; left -= 100) {
    vi.advanceTimersByTime(Math.min(100, left));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
