/** Line mode on a scripted program, for a terminal: answers what is said, asks about `restart`, runs own commands. */
import { startPlain } from '../../src/tui/plain/start-plain.ts';
import { createFakeClient, statusOf } from '../fakes/client.ts';

const client = createFakeClient({
  onSay(text, fake) {
    fake.tell({ kind: 'status', status: statusOf({ isWorking: true }) });
    if (text.startsWith('restart')) {
      fake.tell({
        kind: 'question',
        question: {
          id: 'Q1',
          step: 'C1',
          command: 'systemctl restart nginx',
          cwd: '/srv',
          effect: 'disruptive',
          target: { kind: 'unit', name: 'nginx.service' },
          rule: 'builtin:disruptive',
          reason: 'It stops requests for a moment.',
          origins: [],
          offer: null,
          wantsTerminal: false,
        },
      });
      return;
    }
    if (text === 'work') return fake.tellEvents({ type: 'notice.given', level: 'info', text: 'begun' });
    fake.tell({ kind: 'delta', delta: { type: 'text', text: `You said ${JSON.stringify(text)}. Bye.` } });
    fake.tellEvents({ type: 'notice.given', level: 'info', text: 'that was all' });
    fake.tell({ kind: 'status', status: statusOf() });
  },
  onAnswer(_, answer, fake) {
    fake.tellEvents({ type: 'notice.given', level: 'info', text: `answered ${JSON.stringify(answer)}` });
    fake.tell({ kind: 'status', status: statusOf() });
  },
  onInterrupt(fake) {
    fake.tellEvents({ type: 'notice.given', level: 'info', text: 'interrupted' });
    fake.tell({ kind: 'status', status: statusOf() });
  },
  onOwn(_, own) {
    own.output('Password: ');
    const timer = setInterval(() => {
      if (!own.written.includes('\r')) return;
      clearInterval(timer);
      own.output(`\r\n\x1b[31mgot ${own.written.length} keys\x1b[0m`);
      own.end(0);
    }, 5);
  },
});
client.tell({ kind: 'status', status: statusOf() });
await startPlain({
  client,
  stdin: process.stdin,
  stdout: process.stdout,
  firstPrompt: null,
  opensRuns: false,
  signal: new AbortController().signal,
});
process.stdout.write('left\n');
