import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe } from '../support.ts';

const base = 'https://pve.lan:8006';
const given = { address: base };
const now = Date.parse('2026-11-21T19:00:00Z');
const node = { type: 'node', node: 'pve1', status: 'online' };
const guest = { type: 'qemu', vmid: 101, name: 'db', node: 'pve1', status: 'running' };
const storage = {
  type: 'storage',
  node: 'pve1',
  storage: 'local-lvm',
  status: 'available',
  disk: 40,
  maxdisk: 100,
};
const task = {
  type: 'vzdump',
  id: '101',
  node: 'pve1',
  status: 'OK',
  starttime: now / 1000 - 7200,
  endtime: now / 1000 - 7000,
  upid: 'UPID:pve1:1',
};
const answers = (resources: object[], tasks: object[] = [task], unbacked: object[] = []) => ({
  [`${base}/api2/json/cluster/resources`]: { body: JSON.stringify({ data: resources }) },
  [`${base}/api2/json/cluster/tasks`]: { body: JSON.stringify({ data: tasks }) },
  [`${base}/api2/json/cluster/backup-info/not-backed-up`]: { body: JSON.stringify({ data: unbacked }) },
});

// Documentation: API of Proxmox VE 8 (cluster/resources, cluster/tasks, cluster/backup-info). No Proxmox is to be had here.
describe('proxmox', () => {
  const look = async (...parts: Parameters<typeof answers>) =>
    runProbe(await loadShipped('proxmox'), '', { now, given, http: answers(...parts) });

  it('finds nothing where all is well, with a template and a stopped guest', async () => {
    const template = { type: 'qemu', vmid: 900, node: 'pve1', status: 'stopped', template: 1 };
    const run = await look([
      node,
      guest,
      { ...guest, vmid: 102, name: 'old', status: 'stopped' },
      template,
      storage,
    ]);
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
  });

  it('names each fault by itself', async () => {
    expect(
      (
        await look([
          { ...node, status: 'offline' },
          { ...guest, status: 'unknown' },
        ])
      ).keys,
    ).toEqual(['proxmox-node-offline:pve1']);
    expect((await look([node, { ...guest, status: 'io-error' }])).keys).toEqual(['proxmox-guest-unknown:db']);
    expect((await look([node, { ...storage, disk: 96 }])).keys).toEqual([
      'proxmox-storage-full:pve1/local-lvm',
    ]);
    expect((await look([node], [{ ...task, status: 'job errors' }])).keys).toEqual([
      'proxmox-task-failed:pve1 vzdump 101',
    ]);
    expect((await look([node], [], [{ vmid: 105, name: 'scratch', type: 'lxc' }])).keys).toEqual([
      'proxmox-no-backup:scratch',
    ]);
  });

  it('lets a failed task be that was done again, or long ago', async () => {
    const failed = { ...task, status: 'job errors', starttime: task.starttime - 600 };
    expect((await look([node], [failed, task])).keys).toEqual([]);
    expect((await look([node], [{ ...failed, endtime: task.endtime - 3 * 86_400 }])).keys).toEqual([]);
  });

  it('is failed, with the number, when a node of the cluster cannot be asked for (595)', async () => {
    const http = { ...answers([node]), [`${base}/api2/json/cluster/resources`]: { status: 595, body: '' } };
    const run = await runProbe(await loadShipped('proxmox'), '', { given, http });
    expect(run.item).toMatchObject({ status: 'failed', reason: 'resources: HTTP 595, not 200' });
  });
});
