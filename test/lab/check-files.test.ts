import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CheckPorts, checkFiles } from '../../src/changes/index.ts';
import { createFiles, createMemoryStore, createProcesses, createScratch } from '../../src/host/index.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { createOpenGate } from '../fakes/gate.ts';
import { shippedPolicy } from '../policy/support.ts';
import { programsOf } from './packages.ts';

/** Real programs, found on the host or in packages of Debian; only `nomad` is a stand-in. No machine is booted. */
const own = mkdtempSync(join(tmpdir(), 'steward-check-files-'));
const scratch = createScratch();
afterAll(async () => {
  await scratch.clear();
  rmSync(own, { recursive: true });
});

const UNIT = '[Unit]\nDescription=App\n[Service]\nExecStart=/bin/true\n';
const PROMETHEUS =
  'scrape_configs:\n  - job_name: node\n    static_configs: [{ targets: [127.0.0.1:9100] }]\n';
const RULES = 'groups:\n  - name: a\n    rules:\n      - { alert: Down, expr: up == 0 }\n';
const MAILS = 'route: { receiver: a }\nreceivers:\n  - name: a\n';

/** Of each kind: what checks it, a file that is well formed, one that is not, and what is said of it. */
const KINDS: readonly [name: string, by: string, good: string, bad: string, said: RegExp][] = [
  [
    'app.service',
    'systemd-analyze verify --man=no',
    UNIT,
    UNIT.replace('/bin/true', '/no/such/program'),
    /./,
  ],
  [
    'host.nix',
    'nix-instantiate --parse',
    '{ pkgs, ... }: { a.b = 1; }\n',
    '{ a.b = 1 }\n',
    /host\.nix.*:1:11|unexpected/,
  ],
  [
    'prometheus.yml',
    'promtool check config --syntax-only',
    PROMETHEUS,
    `${PROMETHEUS}scrape: 1\n`,
    /field scrape not found/,
  ],
  ['alerts.yml', 'promtool check rules', RULES, RULES.replace('up == 0', 'up =='), /unexpected end of input/],
  [
    'alertmanager.yml',
    'amtool check-config',
    MAILS,
    MAILS.replace('name: a', 'name: b'),
    /undefined receiver "a"/,
  ],
  ['web.nomad', 'nomad job validate', 'job = web\n', 'count = 1\n', /missing job ID/],
  [
    'backup.sh',
    'bash -n',
    'if true; then\n  ls\nfi\n',
    'if true; then\n  ls\n',
    /backup\.sh: line 3: syntax error/,
  ],
  ['a.json', 'JSON', '{"a": 1}\n', '{"a": 1,}\n', /JSON/],
  ['a.yaml', 'YAML', 'a: [1]\n', 'a: [1\n', /a\.yaml/],
];

async function check(texts: readonly (readonly [string, string])[]) {
  const folder = await programsOf('bookworm', ['prometheus', 'prometheus-alertmanager']);
  const nomad = join(own, 'nomad');
  copyFileSync(join(import.meta.dirname, '../stand-ins/nomad'), nomad);
  chmodSync(nomad, 0o755);
  const policy = shippedPolicy();
  const clock = createFakeClock();
  const trustedPath = [own, folder, '/usr/local/bin', '/usr/bin', '/bin'];
  const processes = createProcesses({ clock, store: createMemoryStore('none'), trustedPath });
  const gate = createOpenGate(({ action }) => {
    const { verdict, reason } = policy.judge(action, { resolved: new Map() });
    return verdict === 'allow' ? undefined : { refuse: reason };
  });
  const ports: CheckPorts = {
    gate,
    processes,
    copyOf: scratch.write,
    files: createFiles(),
    clock,
    hostname: 'nuc1',
    secrets: { isSecret: () => false, isSecretLink: () => false },
    origin: 'change',
    signal: new AbortController().signal,
  };
  const files = texts.map(([name, after]) => ({ path: `/srv/${name}`, before: null, after, known: [] }));
  return checkFiles('X1.1', files, 'this machine', ports);
}

describe('the static check of files', () => {
  it('takes each kind to the program that will read it, which finds nothing in what is well formed', async () => {
    const checks = await check(KINDS.map(([name, , good]) => [name, good]));
    expect(checks.map(({ path, by, ok }) => [path, by, ok])).toEqual([
      ...KINDS.map(([name, by]) => [`/srv/${name}`, by, true]),
      ['/srv/host.nix', 'nix', null],
    ]);
    expect(checks.at(-1)?.detail).toBe('it is in no flake, so its options were not looked up');
  });

  it('fails for what is not, with the file and what the program said', async () => {
    const checks = await check(KINDS.map(([name, , , bad]) => [name, bad]));
    expect(checks.map(({ path, by, ok }) => [path, by, ok])).toEqual(
      KINDS.map(([name, by]) => [`/srv/${name}`, by, false]),
    );
    for (const [index, [name, , , , said]] of KINDS.entries()) {
      expect(`${name}: ${checks[index]?.detail}`).toMatch(said);
    }
  });
});
