import { describe, expect, it } from 'vitest';
import { openSession } from './open-session.ts';

describe('a turn of a session', () => {
  it('streams the answer, and the next one goes on with the same run', async () => {
    const session = await openSession([{ text: 'All is well.' }]);
    session.client.say('How is it?');
    const closed = await session.untilRun('run.closed');
    expect(closed.event).toMatchObject({ outcome: 'reported', result: 'All is well.' });
    const text = session.seen.map((one) => (one.kind === 'delta' ? one.delta.text : '')).join('');
    expect(text).toBe('All is well.');

    await session.idle();
    const from = session.seen.length;
    session.client.say('And now?');
    await session.untilRun('run.closed', from);
    expect(session.server?.requests[1]?.assistantMessages).toBe(1);
    expect(session.seen.filter((one) => one.kind === 'run' && one.event.type === 'run.opened')).toHaveLength(
      1,
    );
    expect(session.seen.slice(from).find((one) => one.kind === 'run')).toMatchObject({
      event: { type: 'run.resumed', prompt: 'And now?' },
    });
  });
});
