import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildPrompt } from '../../../src/prompt/index.ts';
import type { Goal } from '../../../src/protocol/goal.ts';
import type { FakeOutput } from '../../fakes/processes.ts';
import { recorded } from '../support.ts';
import { type Machine, see, shippedProbes, tell } from './machine.ts';

/** A machine with ten services on it, put together from recordings of the real ones; `how` says which. */
const CONSUL = 'http://127.0.0.1:8500';
const NATS = 'http://127.0.0.1:8222';
const PROM = 'http://127.0.0.1:9090';
const QUERY = `${PROM}/api/v1/query?query=up%20%3D%3D%200`;

const checks = (critical: boolean) => {
  const [, , web] = JSON.parse(recorded('consul.1.8.checks.json')) as Record<string, unknown>[];
  const many = Array.from({ length: 60 }, (_, index) => ({
    ...web,
    CheckID: `svc-${index}`,
    Node: `nuc${index % 5}`,
    Status: critical && index === 41 ? 'critical' : 'passing',
  }));
  return JSON.stringify(many);
};

/** A busy host: eighty containers, of which one restarts. */
const containers = (fault: boolean) => {
  const [healthy = ''] = recorded('docker.20.healthy.txt').trim().split('\n').toReversed();
  const loopy =
    recorded('docker.20.fault.txt')
      .split('\n')
      .find((line) => line.includes('loopy')) ?? '';
  const rows = Array.from({ length: 80 }, (_, index) =>
    healthy.replace('"Names":"web"', `"Names":"app-${index}"`),
  );
  return [...rows.slice(0, 40), ...(fault ? [loopy] : []), ...rows.slice(40)].join('\n');
};

type Said = string | FakeOutput;
const COMMANDS: Record<string, [healthy: Said, fault: Said]> = {
  "systemctl show '*'": [
    recorded('systemd-failed.252.healthy.txt'),
    recorded('systemd-failed.252.fault.txt').split('\n\n')[0] ?? '',
  ],
  "systemctl show '*.service'": [
    recorded('systemd-restarts.252.healthy.txt'),
    recorded('systemd-restarts.252.fault.txt'),
  ],
  "systemctl show '*.timer'": [
    recorded('systemd-timers.252.healthy.txt'),
    recorded('systemd-timers.252.fault.txt'),
  ],
  'systemctl list-unit-files': [
    recorded('systemd-timers.252.healthy.files.txt'),
    recorded('systemd-timers.252.fault.files.txt'),
  ],
  'df -P -l -T': [recorded('disk.252.healthy.txt'), recorded('disk.252.fault.txt')],
  'ip -j -d addr': [recorded('links.vm.txt'), recorded('links.vm.duplicate.txt')],
  'ip -j route show default': [recorded('routes.vm.route.txt'), recorded('routes.vm.fault.route.txt')],
  'ip -j neigh': [recorded('routes.vm.neigh.txt'), recorded('routes.vm.fault.neigh.txt')],
  'openssl x509': [recorded('certificates.vm.fresh.txt'), recorded('certificates.vm.soon.txt')],
  'docker ps': [containers(false), containers(true)],
  'redis-cli': [recorded('redis.7.0.healthy.txt'), recorded('redis.7.0.full.txt')],
  pg_stat_activity: [recorded('postgres.15.connections.txt'), recorded('postgres.15.connections.txt')],
  pg_replication_slots: [recorded('postgres.15.slots.txt'), recorded('postgres.15.slots.extended.txt')],
  pg_ls_waldir: [recorded('postgres.15.backup.txt'), recorded('postgres.15.backup.txt')],
  pg_stat_archiver: [
    recorded('postgres.15.archiver.healthy.txt'),
    recorded('postgres.15.archiver.failing.txt'),
  ],
  'find ': ['', ''],
  'vgs ': [recorded('lvm.vm.vgs.txt'), recorded('lvm.vm.missing.vgs.txt')],
  'lvs ': [recorded('lvm.vm.lvs.txt'), recorded('lvm.vm.lvs.txt')],
  'restic snapshots': [
    recorded('restic.0.14.txt'),
    recorded('restic.0.14.txt').replace('2026-11-21', '2026-11-11'),
  ],
  'git --no-optional-locks': [
    recorded('git.clean.txt'),
    recorded('git.untidy.txt').replace('+1 -0', '+0 -0'),
  ],
  'cat /proc/meminfo': [recorded('memory.vm.txt'), recorded('memory.vm.txt')],
  'ss -H -l -t -n': [
    'LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\nLISTEN 0 128 0.0.0.0:443 0.0.0.0:*\n',
    'LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n',
  ],
};
const HTTP: Record<string, [healthy: string, fault: string]> = {
  [`${CONSUL}/v1/status/leader`]: [recorded('consul.1.8.leader.json'), recorded('consul.1.8.leader.json')],
  [`${CONSUL}/v1/agent/members`]: [recorded('consul.1.8.members.json'), recorded('consul.1.8.members.json')],
  [`${CONSUL}/v1/health/state/any`]: [checks(false), checks(true)],
  [`${CONSUL}/v1/operator/autopilot/health`]: [
    recorded('consul.1.8.autopilot.json'),
    recorded('consul.1.8.autopilot.json'),
  ],
  [`${NATS}/healthz`]: [
    recorded('nats.2.9.healthz.json'),
    '{"status":"unavailable","error":"JetStream not current"}',
  ],
  [`${NATS}/varz`]: [recorded('nats.2.9.varz.json'), recorded('nats.2.9.varz.json')],
  [`${NATS}/jsz`]: [recorded('nats.2.9.jsz.json'), recorded('nats.2.9.jsz.json')],
  [QUERY]: [recorded('prometheus.2.42.none.json'), recorded('prometheus.2.42.down.json')],
};

/** What is planted, by the part of a command or address that tells of it, and the finding that must come of it. */
const PLANTED: Record<string, [finding: string, ...also: string[]]> = {
  "systemctl show '*'": ['unit-failed:backup.service'],
  "systemctl show '*.service'": ['restart-loop:loopy.service'],
  'systemctl list-unit-files': ['timer-off:report.timer', "systemctl show '*.timer'"],
  'df -P -l -T': ['disk-full:/srv/small'],
  'ip -j -d addr': ['address-duplicate:va'],
  'ip -j neigh': ['gateway-silent:10.9.0.1', 'ip -j route show default'],
  'openssl x509': ['certificate-ends:/etc/ssl/certs/nas.pem'],
  'docker ps': ['container-restarting:loopy'],
  'redis-cli': ['redis-full:127.0.0.1:6379'],
  pg_replication_slots: ['postgres-slot-idle:nas'],
  pg_stat_archiver: ['postgres-archive-fails:nuc1'],
  'vgs ': ['lvm-disk-missing:vgt'],
  'restic snapshots': ['restic-old:vm:/etc/hostname'],
  'git --no-optional-locks': ['git-uncommitted:/srv/infra'],
  'ss -H -l -t -n': ['port-silent:443'],
  [`${CONSUL}/v1/health/state/any`]: ['consul-check-critical:nuc1/svc-41'],
  [`${NATS}/healthz`]: ['nats-unhealthy:nuc1'],
  [QUERY]: ['promql:target-down{instance=127.0.0.1:17699, job=nas}'],
};

const PARAMETERS: Machine['parameters'] = {
  consul: { address: CONSUL },
  nats: { address: NATS },
  prometheus: {
    address: PROM,
    queries: [{ name: 'target-down', query: 'up == 0', say: 'it cannot be scraped' }],
  },
  redis: { servers: [{ host: '127.0.0.1', port: 6379 }] },
  postgres: { host: '127.0.0.1' },
  certificates: { paths: ['/etc/ssl/certs/nas.pem'] },
  restic: { repository: '/srv/backup' },
  git: { paths: ['/srv/infra'] },
  ports: { expected: [22, 443] },
};
const PROBES = [
  ...[
    'systemd-failed',
    'systemd-restarts',
    'systemd-timers',
    'disk',
    'links',
    'routes',
    'certificates',
    'docker',
    'redis',
  ],
  ...['postgres', 'lvm', 'restic', 'git', 'memory', 'ports', 'consul', 'nats', 'prometheus', 'disk-growth'],
];
const specs = (await shippedProbes()).filter(({ name }) => PROBES.includes(name));

/** When most of it was recorded, so that ages are what they were. */
const NOW = 1_795_288_650_000;

function machineWith(planted: readonly string[]): Machine {
  const broken = new Set(planted.flatMap((name) => [name, ...(PLANTED[name]?.slice(1) ?? [])]));
  const pick = <T>(table: Record<string, [T, T]>, name: string) => table[name]?.[broken.has(name) ? 1 : 0];
  const commands: Record<string, FakeOutput> = {};
  for (const { gather, given } of tell(specs, PARAMETERS)) {
    if (gather.kind === 'http' || gather.kind === 'executable') continue;
    const argvs = gather.kind === 'run' ? [gather.argv] : gather.steps.map(({ argv }) => argv);
    for (const argv of argvs) {
      const scope: Record<string, string> = {
        ...{
          '{path}': '/etc/ssl/certs/nas.pem',
          '{p}': '/srv/infra',
          '{s.host}': '127.0.0.1',
          '{s.port}': '6379',
        },
        ...Object.fromEntries(Object.entries(given).map(([name, value]) => [`{${name}}`, String(value)])),
      };
      const words = argv.map((word) => scope[word] ?? word);
      const line = words
        .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
        .join(' ');
      const name = Object.keys(COMMANDS).find((part) => line.includes(part)) ?? '';
      const said = pick(COMMANDS, name);
      if (said === undefined) throw new Error(`nothing was recorded for ${line}`);
      commands[line] = typeof said === 'string' ? { stdout: said } : said;
    }
  }
  // The restart loop was recorded a quarter of an hour before the rest.
  const restarts = Object.keys(commands).find((line) => line.includes("'*.service'")) ?? '';
  const shifted = (commands[restarts]?.stdout ?? '').replace(
    /(NRestarts=97[\s\S]*?ActiveEnterTimestamp=@)\d+/,
    `$1${NOW / 1000 - 3}`,
  );
  return {
    ...{ name: 'busy', how: 'from recordings', at: NOW, isRoot: true, parameters: PARAMETERS },
    commands: { ...commands, [restarts]: { stdout: shifted } },
    http: Object.fromEntries(
      Object.keys(HTTP).map((url) => [url, { body: pick(HTTP, url) ?? '', status: 200 }]),
    ),
    programs: [
      'systemctl',
      'df',
      'ip',
      'openssl',
      'docker',
      'redis-cli',
      'psql',
      'find',
      'vgs',
      'lvs',
      'restic',
      'git',
      'cat',
      'ss',
    ],
    paths: ['/run/systemd/system', '/var/run/docker.sock', '/proc/meminfo'],
  };
}

const goal: Goal = {
  ...{
    name: 'full-check',
    description: 'Check everything.',
    source: 'goals/full-check.md',
    level: 'shipped',
    enabled: true,
  },
  ...{
    probes: PROBES,
    tools: ['Bash'],
    autonomy: 'propose',
    gate: 'findings',
    egress: 'any',
    limits: {},
    parameters: {},
  },
  ...{ done: [], text: 'Find out what is wrong.' },
} as unknown as Goal; // what the prompt reads of a goal

const fragments = Object.fromEntries(
  ['identity', 'names', 'data', 'validation', 'asking', 'tools', 'reporting', 'plain'].map((name) => [
    name,
    readFileSync(join(import.meta.dirname, '../../../prompts', `${name}.md`), 'utf8'),
  ]),
);

describe('a busy machine with ten services', () => {
  it('gives no finding while all is well', async () => {
    const seen = await see(machineWith([]), specs);
    const silent = seen.items
      .filter(({ status }) => status !== 'ok')
      .map(({ probe, reason }) => `${probe}: ${reason}`);
    expect({ found: seen.findings.map(({ key }) => key), broken: seen.broken, silent }).toEqual({
      found: [],
      broken: [],
      silent: [],
    });
  });

  it.each(Object.entries(PLANTED))('%s: gives its finding and no other', async (name, [finding]) => {
    const seen = await see(machineWith([name]), specs);
    expect({ found: seen.findings.map(({ key }) => key), broken: seen.broken }).toEqual({
      found: [finding],
      broken: [],
    });
  });

  it('is told in 4,000 tokens with every fault on it at once, each on a line', async () => {
    const seen = await see(machineWith(Object.keys(PLANTED)), specs);
    expect(seen.findings.map(({ key }) => key).toSorted()).toEqual(
      Object.values(PLANTED)
        .map(([key]) => key)
        .toSorted(),
    );
    const { messages } = buildPrompt(
      {
        ...{
          marker: 'a1b2c3d4e5f6a7b8',
          now: NOW,
          zone: { name: 'UTC', aheadMinutes: () => 0 },
          cwd: '/',
          modelPlace: 'local',
        },
        ...{
          isAttended: false,
          autonomy: 'propose',
          notes: null,
          prompt: null,
          attachment: null,
          appendSystem: null,
        },
        host: { hostname: 'nuc1', machine: 'abcdefabcdef', kernel: 'Linux 6.1', user: 'steward' },
        snapshot: { items: seen.items, findings: seen.findings, brokenRules: [], looks: [] },
        trigger: { kind: 'timer', payload: null, parent: null },
        earlierRuns: [],
        goal,
      },
      fragments,
    );
    const text = messages
      .flatMap(({ content }) => content.flatMap((block) => (block.type === 'text' ? [block.text] : [])))
      .join('\n');
    expect(text.length / 4).toBeLessThanOrEqual(4_000);
    const lines = text.split('\n');
    for (const { object, text: told } of seen.findings) {
      expect(lines.some((line) => line.includes(told.slice(0, 60)))).toBe(true);
      expect(text).toContain(object);
    }
    // The rows themselves too, out of tables of sixty and of eighty.
    expect(lines.some((line) => line.startsWith('critical nuc1 web'))).toBe(true);
    expect(lines.some((line) => line.startsWith('loopy (base:1): Restarting (1)'))).toBe(true);
  });
});
