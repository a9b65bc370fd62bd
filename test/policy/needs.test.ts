import { describe, expect, it } from 'vitest';
import { CWD, HOME, shippedPolicy } from './support.ts';

const policy = shippedPolicy();
const needsOf = (line: string) => policy.judge(policy.toAction(line, CWD), { resolved: new Map() }).needs;

describe('what a sandbox must leave to a line', () => {
  it('is the union of what its programs need', () => {
    expect(needsOf('systemctl is-active nomad | grep -c active')).toEqual({
      profiles: ['host', 'text'],
      writes: [],
      reaches: ['/run/dbus/system_bus_socket', '/run/systemd/private'],
      environment: [],
    });
    expect(needsOf('nomad job status web && kubectl get pods')).toMatchObject({
      profiles: ['cluster'],
      reaches: [`${HOME}/.nomad-token`, `${HOME}/.kube`],
      environment: ['NOMAD_TOKEN', 'NOMAD_CLIENT_KEY', 'KUBECONFIG'],
    });
  });

  it('is nothing to write for what only observes', () => {
    expect(needsOf('cat notes /etc/hosts | sort')?.writes).toEqual([]);
  });

  it('is what a change names, from wherever it may stand', () => {
    expect(needsOf('mkdir -p new --mode=755 /srv/data/x')?.writes).toEqual([
      `${CWD}/new`,
      `${CWD}/755`,
      '/srv/data/x',
    ]);
    expect(needsOf('cd /srv/data && mkdir new')?.writes).toEqual([`${CWD}/new`, '/srv/data/new']);
    expect(needsOf('timeout 5 tee -a ~/log')?.writes).toContain(`${HOME}/log`);
    expect(needsOf('echo x > out')?.writes).toEqual([`${CWD}/out`]);
  });

  it('is only what is plainly a path for programs that are not about files', () => {
    expect(needsOf('nix profile install nixpkgs#hello ./out')?.writes).toEqual([`${CWD}/out`]);
  });
});

describe('a password in the environment', () => {
  it.each([
    ["psql -c 'select 1'", true],
    ["psql -Atc 'select 1'", true],
    ["psql -h /run/postgresql -c 'select 1'", true],
    ['redis-cli -h localhost info', true],
    ["psql -h evil.example -c 'select 1'", false],
    ["psql --host=evil.example -c 'select 1'", false],
    ["psql -Ahevil.example -c 'select 1'", false],
    ['redis-cli -h evil.example info', false],
    ['redis-cli -hevil.example info', false],
  ])('is given to %s: %s', (line, isGiven) => {
    expect((needsOf(line)?.environment ?? []).length > 0).toBe(isGiven);
  });

  it('is given to the server that settings name', () => {
    const named = shippedPolicy({ environment: { PGHOST: 'db.lan' } });
    const needs = named.judge(named.toAction("psql -h db.lan -c 'select 1'", CWD), {
      resolved: new Map(),
    }).needs;
    expect(needs?.environment).toEqual(['PGPASSWORD', 'PGPASSFILE']);
  });
});

describe('where secrets are looked for', () => {
  it('are the places that policy knows by name, and homes', () => {
    const folders = new Map(policy.secretFolders.map(({ path, depth }) => [path, depth]));
    expect(folders.get('/etc')).toBe(1);
    expect(folders.get('/etc/ssl/private')).toBe(0);
    expect(folders.get(HOME)).toBe(1);
    expect([...folders.keys()].filter((path) => path.startsWith('/proc'))).toEqual([]);
  });
});
