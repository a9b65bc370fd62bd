import { describeClient } from '../app/session/client-contract.ts';
import { createFakeClient } from './client.ts';
import { closed, opened, requested, restartQuestion } from './conversation.ts';

describeClient('the scripted client', async () =>
  createFakeClient({
    onSay(text, client) {
      client.tellEvents(opened(text), requested());
      const question = restartQuestion({ id: 'Q1', command: 'mkdir made' });
      client.tellEvents({ type: 'step.asked', step: question.step, question });
      client.tell({ kind: 'question', question });
    },
    onAnswer: (_question, _answer, client) => client.tellEvents(closed()),
    onOwn(_line, own) {
      own.output('by-hand');
      own.end(3);
    },
  }),
);
