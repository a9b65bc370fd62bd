import { createFakeClient, statusOf } from '../fakes/client.ts';
import { called, closed, playConversation } from '../fakes/conversation.ts';
import { showScreen } from '../fakes/show-screen.ts';

/** What `scripts/play-screen.ts` shows: a fake program that answers every prompt with the same conversation. */
const pace = Number(process.argv[2] ?? 1);
const client = createFakeClient({
  now: () => Date.now(),
  onSay: (text, fake) => void playConversation(fake, text, pace),
  onAnswer(_question, answer, fake) {
    const command = 'systemctl restart postgresql.service';
    const isDenied = answer.kind === 'deny';
    fake.tellEvents(
      called('C3', 'Bash', { command }, { ok: !isDenied, refused: isDenied, text: 'done' }),
      closed(isDenied ? { outcome: 'needs-approval', reason: 'parked' } : {}),
    );
    fake.tell({ kind: 'status', status: statusOf() });
  },
  onOwn(line, own) {
    own.output(`you ran ${line}\r\nand this is all it does\r\n`);
    setTimeout(() => own.end(0), 500);
  },
  onInterrupt(fake) {
    fake.tellEvents(closed({ outcome: 'stopped', reason: 'interrupted' }));
    fake.tell({ kind: 'status', status: statusOf() });
  },
});
client.tell({ kind: 'status', status: statusOf() });
await showScreen(client);
