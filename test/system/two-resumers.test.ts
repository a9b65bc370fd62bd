import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventsOf, sit } from './killed-run.ts';
import { createBoxWithModel, PROGRAM } from './steward.ts';

const RUN = '0b0b0b0b-1111-4222-8333-444444444444';

describe('two processes that resume one run', () => {
  it('do not both work on it: one does the job, the other says who is at it and changes nothing', async () => {
    let letGo = () => {};
    const isRefused = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { box, server } = await createBoxWithModel(async (_, n) => {
      // The first request is the killed run's. The one that works is kept at it until the other has ended.
      if (n > 0) await isRefused;
      return { text: 'Done.' };
    });
    const log = join(box.home, '.local/state/steward/runs', `${RUN}.jsonl`);
    const killed = await sit(
      PROGRAM,
      ['-p', 'work', '--session-id', RUN],
      { cwd: box.cwd, env: box.env, log },
      { at: 'line', line: 4 },
    );
    expect(killed.signal).toBe('SIGKILL');

    const resumers = [1, 2].map(() => box.json(['-p', '--resume', RUN]));
    const loser = await Promise.race(resumers);
    letGo();
    const [first, second] = await Promise.all(resumers);
    const winner = first === loser ? second : first;
    expect(loser).toMatchObject({
      code: 1,
      result: { outcome: 'failed', reason: 'busy', exit_code: 1, is_error: true },
    });
    expect(loser.result.error?.message).toContain(`another process is working on run ${RUN}`);
    expect(loser.result.error?.message).toContain(`steward stop ${RUN}`);
    expect(winner).toMatchObject({ code: 0, result: { result: 'Done.' } });

    expect(server.requests).toHaveLength(2);
    const kinds = eventsOf(log).map(({ type }) => type);
    expect(kinds.filter((kind) => kind === 'run.resumed')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'run.closed')).toHaveLength(1);
    expect((await box.run(['runs', 'verify', RUN])).code).toBe(0);
  });
});
