import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { OpsError } from '../../../src/lib/ops-error.ts';
import { describeClient } from './client-contract.ts';
import { openSession } from './open-session.ts';

describeClient('the session of steward', async () => {
  const session = await openSession([
    { when: { toolResults: 0 }, toolCalls: [{ name: 'Bash', input: { command: 'mkdir made' } }] },
    { text: 'Done.' },
  ]);
  return session.client;
});

it('begins nothing of its own before the prompt stands there', async () => {
  const shown = Promise.withResolvers<void>();
  let opened = 0;
  const session = await openSession(null, {
    shown: shown.promise,
    async openWorld() {
      opened++;
      throw new OpsError('settings', 'settings', 'no settings here');
    },
  });
  for (let n = 0; n < 10; n++) await turn();
  expect(opened).toBe(0);
  shown.resolve();
  await session.until((happening) => happening.kind === 'trouble');
  expect(opened).toBe(1);
});
