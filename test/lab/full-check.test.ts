import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootLab, type Lab } from './lab.ts';
import { consulProgram, programsOf } from './packages.ts';
import { readResult } from './result.ts';

/** A machine with the real Consul, NATS and Prometheus on it, a certificate, and names and ports declared. */
let lab: Lab;

const SETTINGS = `
probes:
  disabled: [load, pressure]
  parameters:
    consul: { address: 'http://127.0.0.1:8500' }
    nats: { address: 'http://127.0.0.1:8222' }
    prometheus:
      address: 'http://127.0.0.1:9090'
      queries: [{ name: target-down, query: 'up == 0', say: it cannot be scraped }]
    certificates: { paths: [/etc/ssl/certs/nas.crt] }
    dns: { names: [{ name: nas.lan, address: 10.0.0.9 }] }
    ports: { expected: [8222, 8500, 9090] }
    git: { paths: [/srv/infra] }
`;
const PROMETHEUS = `
global: { scrape_interval: 1s }
scrape_configs: [{ job_name: self, static_configs: [{ targets: ['127.0.0.1:9090'] }] }]
`;
const CHECK = {
  id: 'web',
  name: 'web',
  args: ['sh', '-c', 'test ! -e /run/web-broken || exit 2'],
  interval: '1s',
};
const CONSUL = { services: [{ name: 'web', port: 80, checks: [CHECK] }] };

const sh = (line: string) => lab.must(['sh', '-c', line]);
const certificate = (days: number) =>
  sh(
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /root/nas.key -out /etc/ssl/certs/nas.crt -subj /CN=nas.lan -days ${days} 2>/dev/null`,
  );

beforeAll(async () => {
  lab = await bootLab('full');
  const go = await programsOf('bookworm', ['prometheus', 'nats-server']);
  const programs = [
    [await consulProgram(), 'consul'],
    [join(go, 'prometheus'), 'prometheus'],
    [join(go, '../sbin/nats-server'), 'nats-server'],
  ];
  for (const [path = '', name = ''] of programs) {
    copyFileSync(path, join(lab.share, name));
    await lab.must(['install', '-m755', `/opt/share/${name}`, `/usr/local/bin/${name}`]);
  }
  await lab.write('/etc/steward/steward.yaml', SETTINGS);
  await lab.write('/etc/consul/web.json', JSON.stringify(CONSUL));
  await lab.write('/etc/prometheus.yml', PROMETHEUS);
  const agent = 'consul agent -dev -node=nuc1 -enable-local-script-checks -config-dir=/etc/consul';
  await sh(`systemd-run --unit=consul ${agent}`);
  await sh('systemd-run --unit=nats nats-server -a 127.0.0.1 -m 8222 -js -sd /var/lib/nats');
  await sh(
    'systemd-run --unit=prometheus prometheus --config.file=/etc/prometheus.yml --storage.tsdb.path=/var/lib/prometheus --web.listen-address=127.0.0.1:9090',
  );
  await certificate(200);
  await sh("printf '10.0.0.9 nas.lan\\n' >> /etc/hosts");
  await sh(
    'mkdir /srv/infra && cd /srv/infra && git init -q && git config user.email a@b && git config user.name n && echo a > a && git add a && git commit -qm a',
  );
  await until('curl -sf 127.0.0.1:8222/healthz');
  await until("curl -sf '127.0.0.1:8500/v1/health/service/web?passing' | grep -q nuc1");
  await until("curl -sf '127.0.0.1:9090/api/v1/query?query=up' | grep -q '\"1\"'");
});
afterAll(() => lab?.down());

/** As long as it takes; the test's own time ends it. */
const until = (line: string) => sh(`until { ${line}; } >/dev/null 2>&1; do sleep 0.2; done`);

describe('a machine with real services on it', () => {
  it('is healthy ten times in a row, with all of them answering', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { code, stdout, stderr } = await lab.steward(['run', 'full-check']);
      expect([code, stderr, stdout.split('\n')[1]]).toEqual([
        0,
        '',
        expect.stringMatching(/^Nothing was found; /),
      ]);
      for (const probe of [
        'consul',
        'nats',
        'prometheus',
        'certificates',
        'dns',
        'ports',
        'git',
        'systemd-timers',
      ]) {
        expect(stdout).toMatch(new RegExp(`^  P\\d+ +${probe} `, 'm'));
      }
    }
  });

  it('has a doctor that finds nothing to do', async () => {
    const { code, stdout } = await lab.steward(['context', 'doctor']);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/^(Failed|Unreachable|Stale)/m);
    expect(stdout).toContain('zfs: zpool is not installed');
  });

  it('names each of eight faults, and nothing else', async () => {
    await sh('touch /run/web-broken');
    await certificate(3);
    await sh("sed -i 's/10.0.0.9 nas/10.0.0.7 nas/' /etc/hosts");
    await sh('echo b >> /srv/infra/a');
    await sh(
      "sed -i \"s/'127.0.0.1:9090'/'127.0.0.1:9090', '127.0.0.1:9'/\" /etc/prometheus.yml && systemctl kill -s HUP prometheus",
    );
    await lab.write(
      '/etc/systemd/system/report.timer',
      '[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n',
    );
    await lab.write('/etc/systemd/system/report.service', '[Service]\nType=oneshot\nExecStart=/bin/true\n');
    await lab.write(
      '/etc/systemd/system/loopy.service',
      '[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/sleep 0.5\nRestart=always\nRestartSec=0\n',
    );
    await sh('systemctl daemon-reload && systemctl enable -q report.timer && systemctl start loopy');
    await lab.write('/etc/fstab', '/dev/sdz1 /srv/backup ext4 defaults 0 2\n');
    await until('curl -sf 127.0.0.1:8500/v1/health/state/any | grep -q critical');
    await until("curl -sf '127.0.0.1:9090/api/v1/query?query=up==0' | grep -q 'instance'");
    await until('test "$(systemctl show -P NRestarts loopy)" -ge 6');
    const { code, stdout } = await lab.steward(['run', 'full-check', '--output-format', 'json']);
    expect(code).toBe(60);
    // What the journal says of the loop has tests of its own. Caught between two lives, a loop is also a unit that is
    // being restarted, which the other probe of units says.
    const keys = readResult(stdout)
      .findings.map(({ key }) => key)
      .filter((key) => !key.startsWith('journal-') && key !== 'unit-restarting:loopy.service');
    expect(keys.toSorted()).toEqual([
      'certificate-ends:/etc/ssl/certs/nas.crt',
      'consul-check-critical:nuc1/web',
      'git-uncommitted:/srv/infra',
      'mount-missing:/srv/backup',
      'name-elsewhere:nas.lan',
      'promql:target-down{instance=127.0.0.1:9, job=self}',
      'restart-loop:loopy.service',
      'timer-off:report.timer',
    ]);
  });
});
