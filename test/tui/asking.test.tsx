import { render } from 'ink-testing-library';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '../../src/tui/app.tsx';
import { ScreenProvider } from '../../src/tui/screen-context.tsx';
import { initialState } from '../../src/tui/store/state.ts';
import { createStore } from '../../src/tui/store/store.ts';
import { createFakeClient, type FakeClient, statusOf } from '../fakes/client.ts';
import { FETCH, RESTART } from './ask/questions.ts';
import { textShown } from './support.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
  vi.useRealTimers();
});

interface Shown {
  client: FakeClient;
  press(key: string): Promise<void>;
  shows(text: string): Promise<void>;
  frame(): string;
}

function showScreen(): Shown {
  // Time goes on while something is waited for, and stands still while keys are pressed: else a busy machine rests between them.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const client = createFakeClient();
  const store = createStore(initialState({ columns: 100, rows: 24 }));
  const stream = { write: () => true, on: () => undefined, off: () => undefined };
  const screen = render(
    // The screen writes to them only what is for the terminal itself.
    <ScreenProvider
      value={{
        client,
        store,
        stdin: stream as unknown as NodeJS.ReadStream,
        stdout: stream as unknown as NodeJS.WriteStream,
        now: () => 0,
      }}
    >
      <App />
    </ScreenProvider>,
  );
  // Else it takes the height of the terminal in which the tests run, and is another screen below 16 rows.
  Object.assign(screen.stdout, { rows: 24 });
  screen.stdout.emit('resize');
  const unfollow = client.follow((happening) => store.hear(happening));
  client.tell({ kind: 'status', status: statusOf({ isWorking: true }) });
  open.push(() => {
    screen.unmount();
    unfollow();
    store.close();
  });
  const frame = (): string => textShown(screen);
  return {
    client,
    frame,
    async press(key) {
      screen.stdin.write(key);
      await new Promise((done) => setImmediate(done));
    },
    shows: (text) => vi.waitFor(() => expect(frame()).toContain(text), { timeout: 15_000 }),
  };
}

const answers = ({ client }: Shown): unknown[][] => client.asked.filter(([method]) => method === 'answer');

describe('a question that comes while somebody types', () => {
  it('gets none of the letters, and the prompt all of them', async () => {
    const screen = showScreen();
    await screen.shows('claude-sonnet-5');
    for (const letter of 'restart') await screen.press(letter);
    screen.client.tell({ kind: 'question', question: RESTART });
    await screen.shows('Run this?');
    for (const letter of ' 1y later') await screen.press(letter);
    await screen.shows('restart 1y later');
    expect(answers(screen)).toEqual([]);
  });

  it('is answered after a rest, and the next one rests again; the prompt is as it was', async () => {
    const screen = showScreen();
    await screen.shows('claude-sonnet-5');
    for (const letter of 'draft') await screen.press(letter);
    screen.client.tell({ kind: 'question', question: RESTART }, { kind: 'question', question: FETCH });
    await screen.shows('1 more behind it');
    await screen.shows('Tab denies');
    await screen.press('1');
    await screen.shows('❯ 1  Allow once');
    await screen.press('\r');
    await screen.press('\r');
    await screen.shows('cannot be undone');
    await screen.press('\r');
    expect(answers(screen)).toEqual([['answer', 'Q1', { kind: 'once' }]]);
    expect(screen.client.asked.filter(([method]) => method === 'say' || method === 'steer')).toEqual([]);
    await screen.shows('❯ draft');
  });

  it('says what the answer did', async () => {
    const screen = showScreen();
    screen.client.tell({ kind: 'question', question: RESTART });
    await screen.shows('Run this?');
    screen.client.tell({
      kind: 'answered',
      question: 'Q1',
      answer: { kind: 'run' },
      rule: { rule: 'Bash(systemctl restart x)', applies: false },
    });
    await screen.shows('claude-sonnet-5');
    await vi.waitFor(() => expect(screen.frame()).not.toContain('Run this?'), { timeout: 15_000 });
    await screen.shows('Bash(systemctl restart x) does not allow the command');
  });
});
