import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

const ended = (parts: object) => {
  const [first] = JSON.parse(recorded('podman.4.3.txt')) as object[];
  return JSON.stringify([{ ...first, ...parts }]);
};

// podman ps -a --format json, Podman 4.3.1 on a Debian 12 VM, two containers that were made and not started;
// their later states are as podman-ps(1) says, since crun may start nothing here.
describe('podman', () => {
  it.each(['[]', 'null', recorded('podman.4.3.txt')])('finds nothing in %j', async (output) => {
    expect(await runProbe(await loadShipped('podman'), output)).toMatchObject({
      item: { status: 'ok' },
      keys: [],
      broken: [],
    });
  });

  it('names the one that failed, and the one that is unhealthy', async () => {
    const spec = await loadShipped('podman');
    const failed = await runProbe(
      spec,
      ended({ Names: ['job'], State: 'exited', ExitCode: 3, Status: 'Exited (3) 2 hours ago' }),
    );
    expect(failed.keys).toEqual(['podman-failed:job']);
    const sick = await runProbe(
      spec,
      ended({ Names: ['web'], State: 'running', Status: 'Up 3 hours (unhealthy)' }),
    );
    expect(sick.keys).toEqual(['podman-unhealthy:web']);
  });
});
