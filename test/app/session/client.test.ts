import { describeClient } from './client-contract.ts';
import { openSession } from './open-session.ts';

describeClient('the session of steward', async () => {
  const session = await openSession([
    { when: { toolResults: 0 }, toolCalls: [{ name: 'Bash', input: { command: 'mkdir made' } }] },
    { text: 'Done.' },
  ]);
  return session.client;
});
