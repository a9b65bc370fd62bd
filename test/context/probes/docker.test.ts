import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

// docker ps -a --format '{{json .}}', Docker 20.10.24 (Debian 12's docker.io) on a Debian 12 VM
describe('docker', () => {
  it('finds nothing of containers that run or ended well', async () => {
    const run = await runProbe(await loadShipped('docker'), recorded('docker.20.healthy.txt'));
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toContain('2 containers, 1 running');
  });

  it('names the one that failed, the one that restarts and the one that is unhealthy, each once', async () => {
    const run = await runProbe(await loadShipped('docker'), recorded('docker.20.fault.txt'));
    expect(run.keys).toEqual([
      'container-restarting:loopy',
      'container-unhealthy:sick',
      'container-failed:migrate',
    ]);
  });

  it('is not configured without its socket, and unreachable when nobody listens on it', async () => {
    const spec = await loadShipped('docker');
    const away = await runProbe(spec, '', { exists: (path) => !path.endsWith('docker.sock') });
    expect(away.item).toMatchObject({
      status: 'not-configured',
      reason: '/var/run/docker.sock does not exist',
    });
    const stderr =
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';
    expect((await runProbe(spec, { exitCode: 1, stderr })).item.status).toBe('unreachable');
  });

  it('is failed for a user whom the socket does not let in', async () => {
    const stderr =
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock';
    expect((await runProbe(await loadShipped('docker'), { exitCode: 1, stderr })).item.status).toBe('failed');
  });
});
