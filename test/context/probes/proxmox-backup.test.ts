import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe } from '../support.ts';

const base = 'https://pbs.lan:8007';
const given = { address: base, datastores: ['main'] };
const now = Date.parse('2026-11-21T19:00:00Z');
const answers = (hours: number, used = 40) => ({
  [`${base}/api2/json/admin/datastore/main/groups`]: {
    body: JSON.stringify({
      data: [
        {
          'backup-type': 'vm',
          'backup-id': '101',
          'last-backup': now / 1000 - hours * 3600,
          'backup-count': 14,
        },
      ],
    }),
  },
  [`${base}/api2/json/status/datastore-usage`]: {
    body: JSON.stringify({ data: [{ store: 'main', total: 100, used, avail: 100 - used }] }),
  },
});

// Documentation: API of Proxmox Backup Server 3 (admin/datastore/{store}/groups, status/datastore-usage).
describe('proxmox-backup', () => {
  const look = async (hours: number, used?: number) =>
    runProbe(await loadShipped('proxmox-backup'), '', { now, given, http: answers(hours, used) });

  it('finds nothing where the last night was saved', async () => {
    expect(await look(16)).toMatchObject({
      item: { status: 'ok', text: 'main:vm/101: 14 backups, the last 16h ago\ndatastore main 40% full' },
      keys: [],
      broken: [],
    });
  });

  it('names what was not saved for days, and a datastore that fills', async () => {
    expect((await look(80)).keys).toEqual(['pbs-backup-old:main:vm/101']);
    expect((await look(16, 96)).keys).toEqual(['pbs-full:main']);
  });
});
