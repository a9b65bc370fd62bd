import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createBox, PROGRAM } from './steward.ts';

describe('steward state', () => {
  it('describes this machine without an inventory, and answers about it', async () => {
    const box = createBox();
    expect(await box.run(['state'])).toMatchObject({
      code: 42,
      stderr: expect.stringContaining('steward state scan'),
    });
    expect(await box.run(['state', 'scan'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Scanned \d+m?s ago by steward [^ ]+ on /),
    });
    const exported = JSON.parse((await box.run(['state', 'export'])).stdout) as { hosts: { name: string }[] };
    const host = exported.hosts[0]?.name ?? '';
    expect((await box.run(['state', 'show', 'hosts'])).stdout).toMatch(new RegExp(`^host +${host}`));
    const shown = JSON.parse((await box.run(['state', 'show', host, '--json'])).stdout) as {
      items: { section: string }[];
    };
    expect(shown.items[0]).toMatchObject({ section: 'hosts', name: host });
    expect(await box.run(['state', 'validate'])).toMatchObject({ code: 0, stdout: 'state.json is valid.\n' });
    expect((await box.run(['state', 'free', '--kind', 'port'])).stdout).toMatch(/^8\d{3}\n$/);
    expect(await box.run(['state', 'free', '--kind', 'ip'])).toMatchObject({ code: 1, stdout: '' });
    expect(await box.run(['state', 'dance'])).toMatchObject({ code: 2 });
    expect(await box.run(['state', 'at', 'soon'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('yesterday at 14:00'),
    });
  });

  it('gives no address that a neighbour has, although nobody has declared it', () => {
    const box = createBox();
    box.write(
      '.config/steward/inventory.yaml',
      'hosts: { web1: { addresses: [10.9.0.2] } }\nranges: { ip: [10.9.0.0/29], reserved: [10.9.0.4] }\n',
    );
    // A network of its own: one neighbour that answered, one that never did.
    const script = [
      'ip link add here type veth peer name there && ip addr add 10.9.0.1/29 dev here && ip link set here up',
      'ip neigh add 10.9.0.3 lladdr 02:00:00:00:00:03 dev here nud stale',
      'ip neigh add 10.9.0.5 dev here nud failed',
      '"$0" state scan >/dev/null && exec "$0" state free --kind ip',
    ].join(' && ');
    const told = spawnSync('unshare', ['--net', '--map-root-user', 'sh', '-c', script, PROGRAM], {
      cwd: box.cwd,
      env: box.env,
      encoding: 'utf8',
    });
    expect(told).toMatchObject({
      status: 0,
      stdout: '10.9.0.5\n',
      stderr:
        'steward: what nobody has spoken to lately from here, and nobody declares, does not count as taken\n',
    });
  });

  it('says what changed, goes back, and marks what it brought back as stale', async () => {
    const box = createBox();
    const inventory = (text: string) => box.write('.config/steward/inventory.yaml', text);
    inventory('hosts: { web1: { owner: anna } }\n');
    await box.run(['state', 'scan']);
    expect((await box.run(['state', 'tag', 'before-ben'])).stdout).toContain('before-ben');
    inventory('hosts: { web1: { owner: ben }, web2: {} }\n');
    await box.run(['state', 'scan']);
    const diff = await box.run(['state', 'diff', 'before-ben', 'now']);
    expect(diff.stdout).toContain('Host web1 belongs to ben now; it was anna.\n');
    expect(diff.stdout).toContain('Host web2 is new.\n');
    expect((await box.run(['state', 'at', 'before-ben'])).stdout).toMatch(/hosts +2/);
    const restored = await box.run(['state', 'restore', 'before-ben']);
    expect(restored.stdout).toContain('marked stale until the next scan. The machines stay as they are.');
    expect((await box.run(['state', 'show', 'web1'])).stdout).toMatch(
      /owner anna · STALE since .*: restored from/,
    );
    expect((await box.run(['state', 'show', 'web2'])).stdout).toBe('Nothing is known of "web2".\n');
    const { entries } = JSON.parse((await box.run(['state', 'history', '--json'])).stdout) as {
      entries: { tag: string | null }[];
    };
    expect(entries.map(({ tag }) => tag)).toEqual(['before-ben', null, null]);
  });

  it('names file, line and field of a wrong inventory', async () => {
    const box = createBox();
    const path = box.write('.config/steward/inventory.yaml', 'hosts:\n  web1:\n    adresses: [10.0.0.1]\n');
    expect(await box.run(['state', 'scan'])).toMatchObject({
      code: 52,
      stderr: `steward: ${path}:3: hosts.web1.adresses: there is no such field\n  Did you mean "addresses"?\n`,
    });
  });
});
