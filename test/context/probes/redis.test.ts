import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe, saying } from '../support.ts';

const given = { servers: [{ host: '127.0.0.1', port: 17001 }] };

// redis-cli INFO, Redis 7.0.15 on a Debian 12 VM: fresh, filled to its maxmemory, and as a replica of nobody
describe('redis', () => {
  const look = async (output: string | { exitCode: number; stderr: string }) =>
    runProbe(await loadShipped('redis'), saying({ INFO: output }), { given });

  it('finds nothing of a fresh server', async () => {
    const run = await look(recorded('redis.7.0.healthy.txt'));
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toMatch(/^127\.0\.0\.1:17001 7\.0\.15 master, .* used, 1 clients$/);
  });

  it('asks with the client that settings name', async () => {
    const spec = await loadShipped('redis');
    const asked = await runProbe(spec, saying({ 'valkey-cli ': recorded('redis.7.0.healthy.txt') }), {
      given: { ...given, client: 'valkey-cli' },
    });
    expect(asked.item.command).toBe('valkey-cli --no-auth-warning -h 127.0.0.1 -p 17001 INFO');
    expect(asked.keys).toEqual([]);
  });

  it('names the one that takes no more writes, and the one that lost its master', async () => {
    expect((await look(recorded('redis.7.0.full.txt'))).keys).toEqual(['redis-full:127.0.0.1:17001']);
    expect((await look(recorded('redis.7.0.replica-cut.txt'))).keys).toEqual([
      'redis-replica-cut:127.0.0.1:17001',
    ]);
  });

  it('names the one that cannot save', async () => {
    const text = recorded('redis.7.0.healthy.txt').replace(
      'rdb_last_bgsave_status:ok',
      'rdb_last_bgsave_status:err',
    );
    expect((await look(text)).keys).toEqual(['redis-save-failed:127.0.0.1:17001']);
  });

  it('names the one that is away, and the one that wants a password', async () => {
    const away = await look({
      exitCode: 1,
      stderr: 'Could not connect to Redis at 127.0.0.1:17001: Connection refused',
    });
    expect(away.findings[0]?.text).toContain('Connection refused');
    expect((await look('NOAUTH Authentication required.\n\n')).findings[0]?.text).toContain('NOAUTH');
  });
});
