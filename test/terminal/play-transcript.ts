/** The screen on a program that answers at length and at its own pace: `play-transcript NAME`. */

import { setTimeout as sleep } from 'node:timers/promises';
import { createFakeClient, type FakeClient, statusOf } from '../fakes/client.ts';
import { closed, opened, playConversation, replied, requested } from '../fakes/conversation.ts';
import { showScreen } from '../fakes/show-screen.ts';

/** A pause long enough for several updates of the screen in every answer, and no longer. */
const PIECES_AT_ONCE = 20;

const ANSWERS: Record<string, string> = {
  code: `\`\`\`sh\n${numbered((n) => `echo line-${n}-end`)}\n\`\`\``,
  prose: numbered((n) => `Paragraph line-${n}-end of this answer.\n`),
  list: numbered((n) => `- item line-${n}-end\n  - and what is in it`),
};

const name = process.argv[2] ?? '';
const client = createFakeClient({
  onSay: (text, fake) => void answer(text, fake),
  // Answers every key, until the one that ends it.
  onOwn(line, own) {
    own.output(`${line} is here\r\n`);
    own.onKeys = (keys) => (keys === 'x' ? own.end(3) : own.output(`key ${keys}; `));
  },
});
client.tell({ kind: 'status', status: statusOf() });
if (name === 'resumed') {
  client.tell({ kind: 'opened', run: '5f3c2a10', name: 'postgres', older: 12_000 });
  for (let n = 0; n < 8_000; n++) {
    client.tellEvents({ type: 'notice.given', level: 'info', text: `notice line-${n}-end` });
  }
}
await showScreen(client);

async function answer(prompt: string, fake: FakeClient): Promise<void> {
  if (name === 'conversation') return playConversation(fake, prompt, 0.3);
  const text = ANSWERS[name] ?? '';
  fake.tell({ kind: 'status', status: statusOf({ isWorking: true }) });
  fake.tellEvents(opened(prompt), requested());
  const pieces = text.match(/[\s\S]{1,9}/gu) ?? [];
  for (const [index, piece] of pieces.entries()) {
    fake.tell({ kind: 'delta', delta: { type: 'text', text: piece } });
    if (index % PIECES_AT_ONCE === 0) await sleep(1);
  }
  fake.tellEvents(replied(text), closed());
  fake.tell({ kind: 'status', status: statusOf() });
}

function numbered(line: (n: number) => string): string {
  return Array.from({ length: 1_000 }, (_, n) => line(n)).join('\n');
}
