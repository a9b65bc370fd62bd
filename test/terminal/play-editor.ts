/** The screen on a program that answers every prompt with words that do not end. */

import { createFakeClient, statusOf } from '../fakes/client.ts';
import { showScreen } from '../fakes/show-screen.ts';

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
await showScreen(client, {
  look: { theme: 'terminal', hasColor: true, isUnicode: true, isAnimated: false },
  signal: ending.signal,
});
process.exit();
