import { describe, expect, it } from 'vitest';
import type { FakeOutput } from '../../fakes/processes.ts';
import { loadShipped, recorded, runProbe, saying } from '../support.ts';

const given = { host: '127.0.0.1', port: 17020, user: 'mon' };
const NOW = 1_795_298_000_000;
const DAY = 86_400_000;

interface Parts {
  connections?: string;
  slots?: string;
  archiver?: string;
  backup?: string;
  dumps?: string | FakeOutput;
  now?: number;
  given?: object;
}

const look = async (parts: Parts = {}) =>
  runProbe(
    await loadShipped('postgres'),
    saying({
      max_connections: parts.connections ?? recorded('postgres.15.connections.txt'),
      pg_replication_slots: parts.slots ?? recorded('postgres.15.slots.txt'),
      pg_stat_archiver: parts.archiver ?? recorded('postgres.15.archiver.healthy.txt'),
      pg_ls_waldir: parts.backup ?? recorded('postgres.15.backup.txt'),
      find: parts.dumps ?? '',
    }),
    { given: { ...given, ...parts.given }, now: parts.now ?? NOW },
  );

// psql 15.18 as a member of pg_monitor, PostgreSQL 15.18 of Debian 12; dumps: GNU find 4.9.0 over what pg_dump left
describe('postgres', () => {
  it('finds nothing of a server that archives, with a slot that is only a little behind', async () => {
    const run = await look();
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toContain(
      '1 of 17 connections; 1 replication slots\nslot nas idle, 315.5 KiB behind',
    );
  });

  it('names an archive command that fails', async () => {
    const run = await look({ archiver: recorded('postgres.15.archiver.failing.txt') });
    expect(run.keys).toEqual(['postgres-archive-fails:nuc1']);
  });

  it('names a slot nobody reads, once more is kept for it than the server means to keep', async () => {
    const run = await look({ slots: recorded('postgres.15.slots.extended.txt') });
    expect(run.keys).toEqual(['postgres-slot-idle:nas']);
    expect(run.findings[0]?.text).toContain('keeps 64 MiB of log for it');
    // Before 13 nobody says what is too much.
    expect((await look({ slots: 'old|f|8118160560|\nlive|t|8118160560|\n' })).keys).toEqual([
      'postgres-slot-idle:old',
    ]);
  });

  it('names a slot whose log is gone', async () => {
    const run = await look({ slots: recorded('postgres.15.slots.lost.txt') });
    expect(run.keys).toEqual(['postgres-slot-lost:nas']);
    expect(run.item.text).toContain('slot nas idle, LOST');
  });

  it('names that the connections run out, of those that are not kept for superusers', async () => {
    expect((await look({ connections: recorded('postgres.15.connections.many.txt') })).keys).toEqual([
      'postgres-connections:nuc1',
    ]);
    expect((await look({ connections: '15|17\n' })).keys).toEqual([]);
  });

  it('says when the last backup was, and finds nothing of it where nobody expects one', async () => {
    expect((await look()).item.text).toMatch(/\nnewest base backup 6m ago$/);
    const none = await look({ backup: '0\n', now: NOW + 90 * DAY });
    expect([none.item.text.includes('backup'), none.keys]).toEqual([false, []]);
  });

  it('names that the newest backup is too old, be it a base backup or a dump', async () => {
    const expecting = { given: { backup_hours: 26, dumps: [{ path: '/var/backups/postgres' }] } };
    const dumps = recorded('postgres.15.dumps.txt');
    const late = async (parts: Parts) =>
      (await look({ ...expecting, ...parts })).findings.map(({ key, text }) => `${key} ${text}`);
    const says = 'postgres-backup-late:nuc1 PostgreSQL has no backup of the last 26 h:';
    expect(await late({ dumps, now: NOW + DAY })).toEqual([]);
    expect(await late({ now: NOW + 2 * DAY })).toEqual([`${says} newest base backup 2d ago`]);
    expect(await late({ dumps, now: NOW + 2 * DAY })).toEqual([`${says} newest dump 2d ago`]);
    const gone = { exitCode: 1, stderr: 'find: ‘/var/backups/postgres’: No such file or directory' };
    expect(await late({ backup: '0\n', dumps: gone })).toEqual([
      `${says} no backup is known; /var/backups/postgres: exit 1: ${gone.stderr}`,
    ]);
  });

  it('is unreachable, or failed for a role that is not let in, and says so before all else', async () => {
    const spec = await loadShipped('postgres');
    const refused = 'psql: error: connection to server at "127.0.0.1", port 17999 failed: Connection refused';
    expect((await runProbe(spec, { exitCode: 2, stderr: refused }, { given })).item.status).toBe(
      'unreachable',
    );
    for (const stderr of [
      'psql: error: connection to server at "127.0.0.1", port 17020 failed: FATAL:  role "nosuch" does not exist',
      recorded('postgres.15.nobody-in.txt').trim(),
    ]) {
      const { item } = await runProbe(spec, { exitCode: 2, stderr }, { given });
      expect(item).toMatchObject({ status: 'failed', reason: `connections: exit 2: ${stderr}` });
    }
  });
});
