/** The screen on a program that answers every prompt with words that do not end. */
import { startScreen } from '../../src/tui/index.ts';
import { createFakeClient, statusOf } from '../fakes/client.ts';

const WORD_MS = 10;

const client = createFakeClient({
  onSay(_text, fake) {
    fake.tell({ kind: 'status', status: statusOf({ isWorking: true }) });
    let count = 0;
    setInterval(() => {
      count += 1;
      const text = `word ${count}${count % 9 === 0 ? '\n\n' : ' '}`;
      fake.tell({ kind: 'delta', delta: { type: 'text', text } });
    }, WORD_MS);
  },
});
client.tell({ kind: 'status', status: statusOf() });
const ending = new AbortController();
await startScreen({
  client,
  stdin: process.stdin,
  stdout: process.stdout,
  notify: null,
  look: { theme: 'terminal', hasColor: true, isUnicode: true, isAnimated: false },
  now: () => Date.now(),
  firstPrompt: null,
  opensRuns: false,
  signal: ending.signal,
});
process.exit();
