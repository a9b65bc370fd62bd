import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe, saying } from '../support.ts';

const given = { host: '127.0.0.1', port: 17020, user: 'mon' };
const now = 1_795_288_700_000;

// psql 15.18 as a member of pg_monitor, PostgreSQL 15.18 on a Debian 12 VM
describe('postgres', () => {
  const look = async (parts: { connections?: string; slots?: string; archiver?: string } = {}) =>
    runProbe(
      await loadShipped('postgres'),
      saying({
        max_connections: parts.connections ?? recorded('postgres.15.connections.txt'),
        pg_replication_slots: parts.slots ?? recorded('postgres.15.slots.txt'),
        pg_stat_archiver: parts.archiver ?? recorded('postgres.15.archiver.healthy.txt'),
      }),
      { given, now },
    );

  it('finds nothing of a server that archives, with a slot that is only a little behind', async () => {
    const run = await look();
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toContain('slot old_replica idle, 11.3 MiB behind');
  });

  it('names an archive command that fails', async () => {
    const run = await look({ archiver: recorded('postgres.15.archiver.failing.txt') });
    expect(run.keys).toEqual(['postgres-archive-fails:nuc1']);
  });

  it('names a slot nobody reads, once much is kept for it', async () => {
    expect((await look({ slots: 'old_replica|f|8118160560\nlive|t|8118160560\n' })).keys).toEqual([
      'postgres-slot-idle:old_replica',
    ]);
  });

  it('names that the connections run out', async () => {
    expect((await look({ connections: '19|20\n' })).keys).toEqual(['postgres-connections:nuc1']);
    expect((await look({ connections: recorded('postgres.15.connections.many.txt') })).keys).toEqual([]);
  });

  it('is unreachable, or failed for a role that is not let in', async () => {
    const spec = await loadShipped('postgres');
    const refused = 'psql: error: connection to server at "127.0.0.1", port 17999 failed: Connection refused';
    expect((await runProbe(spec, { exitCode: 2, stderr: refused }, { given })).item.status).toBe(
      'unreachable',
    );
    const denied =
      'psql: error: connection to server at "127.0.0.1", port 17020 failed: FATAL:  role "nosuch" does not exist';
    expect((await runProbe(spec, { exitCode: 2, stderr: denied }, { given })).item.status).toBe('failed');
  });
});
