import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootLab, type Lab } from './lab.ts';
import { consulProgram } from './packages.ts';

/**
 * A homelab on one machine: Consul, Redis, PostgreSQL, NATS, Prometheus and Alertmanager as units of their packages (Consul's is
 * written here: Debian has none), each small enough to be filled, with a certificate, a repository and a dump;
 * and what an operator tells steward of them.
 */
export async function bootServices(name: string): Promise<Lab> {
  const [lab, consul] = await Promise.all([bootLab(name, { root: 'services' }), consulProgram()]);
  try {
    copyFileSync(consul, join(lab.share, 'consul'));
    for (const [path, text] of Object.entries(FILES)) await lab.write(path, text);
    await lab.must(['sh', '-euc', SET_UP]);
    return lab;
  } catch (error) {
    await lab.down();
    throw error;
  }
}

const SETTINGS = `
probes:
  disabled: [load, pressure]
  parameters:
    consul: { address: 'http://127.0.0.1:8500' }
    redis: { servers: [{ host: 127.0.0.1, port: 6379 }] }
    postgres: { host: 127.0.0.1, backup_hours: 26, dumps: [{ path: /var/backups/postgres }] }
    nats: { address: 'http://127.0.0.1:8222' }
    alertmanager: { address: 'http://127.0.0.1:9093' }
    prometheus:
      address: 'http://127.0.0.1:9090'
      queries:
        - { name: target-down, query: 'up == 0', say: it cannot be scraped }
        - { name: reload-failed, query: 'alertmanager_config_last_reload_successful == 0', say: it has not taken its new settings }
    certificates: { paths: [/etc/ssl/certs/nas.crt] }
    dns: { names: [{ name: nas.lan, address: 10.0.0.9 }] }
    ports: { expected: [4222, 5432, 6379, 8500, 9090, 9093] }
    git: { paths: [/srv/infra] }
`;
const INVENTORY = `
services:
  redis: { unit: redis-server.service, ports: [6379] }
  postgres: { unit: postgresql.service, ports: [5432] }
  alerts: { unit: prometheus-alertmanager.service, ports: [9093], depends_on: [metrics] }
  metrics: { unit: prometheus.service, ports: [9090] }
  web: { ports: [80], depends_on: [postgres, redis] }
sources:
  consul: { kind: consul, url: 'http://127.0.0.1:8500' }
`;
const DEPENDENCIES = `
services:
  shop: { depends_on: [web] }
  pager: { depends_on: [alerts] }
`;
/** It may take three seconds to scrape a target: one is what a busy machine takes now and then. */
const PROMETHEUS = `
global: { scrape_interval: 3s, scrape_timeout: 3s, evaluation_interval: 1s }
rule_files: [/etc/prometheus/rules.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:9093'] }] }] }
scrape_configs:
  - { job_name: prometheus, static_configs: [{ targets: ['127.0.0.1:9090'] }] }
  - { job_name: alertmanager, static_configs: [{ targets: ['127.0.0.1:9093'] }] }
`;
const RULES = `
groups:
  - name: lab
    rules:
      - { alert: Watchdog, expr: vector(1), labels: { severity: none } }
      - { alert: NasGone, expr: 'up{job="nas"} == 0', labels: { severity: critical }, annotations: { summary: '{{ $labels.instance }} is gone' } }
`;
const CHECK = {
  id: 'web',
  name: 'web',
  args: ['sh', '-c', 'test ! -e /run/web-broken || exit 2'],
  interval: '1s',
};
const FILES: Record<string, string> = {
  '/etc/steward/steward.yaml': SETTINGS,
  '/etc/steward/inventory.yaml': INVENTORY,
  '/etc/steward/dependencies.yaml': DEPENDENCIES,
  '/etc/consul.d/web.json': JSON.stringify({ services: [{ name: 'web', port: 80, checks: [CHECK] }] }),
  '/etc/systemd/system/consul.service':
    '[Unit]\nDescription=Consul\n[Service]\nExecStart=/usr/local/bin/consul agent -dev -node=%H -enable-local-script-checks -config-dir=/etc/consul.d\n',
  '/etc/prometheus/prometheus.yml': PROMETHEUS,
  '/etc/prometheus/rules.yml': RULES,
  '/etc/prometheus/alertmanager.yml': 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n',
  // An alert is over for Alertmanager when it was not told for four times as long.
  '/etc/default/prometheus': 'ARGS="--web.listen-address=127.0.0.1:9090 --rules.alert.resend-delay=5s"\n',
  '/etc/default/prometheus-alertmanager':
    'ARGS="--web.listen-address=127.0.0.1:9093 --cluster.listen-address="\n',
  // However slowly it dies, the fifth time is the last.
  '/etc/systemd/system/prometheus-alertmanager.service.d/limit.conf': '[Unit]\nStartLimitIntervalSec=1h\n',
  // Nobody answers its pings here.
  '/etc/nats-server.conf':
    'host: 127.0.0.1\nport: 4222\nhttp: 127.0.0.1:8222\nmax_connections: 10\nping_interval: "1h"\n',
};
const SET_UP = `
install -m755 /opt/share/consul /usr/local/bin/consul
printf '%s\\n' 'max_connections = 20' 'max_wal_size = 32MB' 'min_wal_size = 32MB' 'fsync = off' | tee -a /etc/postgresql/*/main/postgresql.conf
install -d -o postgres /var/backups/postgres
systemctl daemon-reload
systemctl start prometheus prometheus-alertmanager redis-server postgresql nats-server consul
${certificate(200)}
printf '10.0.0.9 nas.lan\\n' >> /etc/hosts
mkdir /srv/infra && cd /srv/infra && git init -q && git config user.email a@b && git config user.name n && echo a > a && git add a && git commit -qm a
printf '127.0.0.1:5432:*:steward:of-the-lab\\n' > /root/.pgpass && chmod 600 /root/.pgpass
cd /
until su postgres -c 'psql -qc "CREATE ROLE steward LOGIN PASSWORD '"'of-the-lab'"' IN ROLE pg_monitor"' 2>/dev/null; do sleep 0.1; done
su postgres -c 'pg_dump -Fc -f /var/backups/postgres/all.dump postgres'
until {
  redis-cli ping && curl -sf 127.0.0.1:8222/healthz && curl -sf '127.0.0.1:8500/v1/health/service/web?passing' | grep '"web"' &&
  curl -sf '127.0.0.1:9090/api/v1/query?query=up' | grep '9093.*"1"'
} >/dev/null 2>&1; do sleep 0.1; done
`;

/** A new one, for as many days from now. */
export function certificate(days: number): string {
  return `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /root/nas.key -out /etc/ssl/certs/nas.crt -subj /CN=nas.lan -days ${days} 2>/dev/null`;
}

export interface Fault {
  /** For sh: breaks it, and waits until it is broken. What has to be waited for is asked again and again. */
  breaks: string;
  /** What must be found of it, and nothing else. */
  finds: string[];
  /** Of the faults before, what is not to be seen any more. */
  hides?: string[];
}

const until = (line: string) => `until { ${line}; } >/dev/null 2>&1; do sleep 0.1; done`;
const psql = (sql: string) => `echo "${sql}" | su postgres -c 'psql -qt'`;
const LOOPY = `#!/bin/sh
echo >> /run/loopy
[ "$(wc -l < /run/loopy)" -gt 6 ] && exec sleep infinity
exit 1
`;
/** As many as it takes to be one below what it lets in; they stay. */
const CONNECTED = 'for i in $(seq 11 19); do eval "exec $i<>/dev/tcp/127.0.0.1/4222"; done; sleep infinity';

/** One after the other, each beside those before it. `{host}` is the machine's name. */
export const FAULTS: Record<string, Fault> = {
  'a Redis that is full and cannot save': {
    breaks: `
      redis-cli config set maxmemory 600kb
      chown root:root /var/lib/redis && chmod 555 /var/lib/redis
      redis-cli bgsave
      ${until('redis-cli info persistence | grep rdb_last_bgsave_status:err')}`,
    finds: ['redis-full:127.0.0.1:6379', 'redis-save-failed:127.0.0.1:6379'],
  },
  'a PostgreSQL with a slot that nobody reads, hardly a connection left, and an old dump': {
    breaks: `
      ${psql("select pg_create_physical_replication_slot('nas', true)")}
      for i in 1 2 3 4; do ${psql('select pg_switch_wal(); create table t$i (i int)')}; ${psql('checkpoint')}; done
      for i in $(seq 15); do systemd-run -q --unit=held-$i sh -c 'sleep infinity | psql -qX -h 127.0.0.1 -U steward -d postgres'; done
      touch -d '3 days ago' /var/backups/postgres/all.dump
      ${until(`test "$(${psql("select count(*) from pg_stat_activity where usename = 'steward'")})" -eq 15`)}`,
    finds: ['postgres-backup-late:{host}', 'postgres-connections:{host}', 'postgres-slot-idle:nas'],
  },
  'a NATS with hardly a connection left, and a service that Consul finds broken': {
    breaks: `
      touch /run/web-broken
      systemd-run -q --unit=talkers bash -c '${CONNECTED}'
      ${until('curl -sf 127.0.0.1:8222/varz | grep \'"connections": 9\'')}
      ${until('curl -sf 127.0.0.1:8500/v1/health/state/any | grep critical')}`,
    finds: ['consul-check-critical:{host}/web', 'nats-connections:{host}'],
  },
  'a target that Prometheus cannot scrape with the alert of it, and an Alertmanager that does not take its new settings':
    {
      breaks: `
      printf "  - { job_name: nas, static_configs: [{ targets: ['127.0.0.1:9'] }] }\\n" >> /etc/prometheus/prometheus.yml
      echo 'colour: red' >> /etc/prometheus/alertmanager.yml
      systemctl reload prometheus prometheus-alertmanager
      ${until('curl -sf 127.0.0.1:9093/api/v2/alerts | grep NasGone')}
      ${until("curl -sf '127.0.0.1:9090/api/v1/query?query=alertmanager_config_last_reload_successful==0' | grep instance")}`,
      finds: [
        'alert-urgent:NasGone{instance=127.0.0.1:9, job=nas}',
        'promql:reload-failed{instance=127.0.0.1:9093, job=alertmanager}',
        'promql:target-down{instance=127.0.0.1:9, job=nas}',
      ],
    },
  'an Alertmanager that does not start any more, a restart loop, and what else an operator forgets': {
    breaks: `
      systemctl restart prometheus-alertmanager
      printf '%s' '${LOOPY.replaceAll("'", `'"'"'`)}' > /usr/local/bin/loopy && chmod 755 /usr/local/bin/loopy
      printf '[Unit]\\nStartLimitIntervalSec=0\\n[Service]\\nExecStart=/usr/local/bin/loopy\\nRestart=always\\nRestartSec=0\\n' > /etc/systemd/system/loopy.service
      printf '[Timer]\\nOnCalendar=daily\\n[Install]\\nWantedBy=timers.target\\n' > /etc/systemd/system/report.timer
      printf '[Service]\\nType=oneshot\\nExecStart=/bin/true\\n' > /etc/systemd/system/report.service
      systemctl daemon-reload && systemctl enable -q report.timer && systemctl start loopy
      printf '/dev/sdz1 /srv/backup ext4 defaults 0 2\\n' > /etc/fstab
      ${certificate(3)}
      sed 's/10.0.0.9 nas/10.0.0.7 nas/' /etc/hosts > /run/hosts && cat /run/hosts > /etc/hosts
      echo b >> /srv/infra/a
      ${until('test "$(systemctl show -P NRestarts loopy)" -ge 6 && systemctl is-active loopy')}
      ${until('systemctl is-failed prometheus-alertmanager')}
      ${until("curl -sf '127.0.0.1:9090/api/v1/query?query=up==0' | grep 9093")}`,
    finds: [
      'certificate-ends:/etc/ssl/certs/nas.crt',
      'git-uncommitted:/srv/infra',
      'mount-missing:/srv/backup',
      'name-elsewhere:nas.lan',
      'port-silent:9093',
      'promql:target-down{instance=127.0.0.1:9093, job=alertmanager}',
      'restart-loop:loopy.service',
      'timer-off:report.timer',
      'unit-failed:prometheus-alertmanager.service',
    ],
    hides: [
      'alert-urgent:NasGone{instance=127.0.0.1:9, job=nas}',
      'promql:reload-failed{instance=127.0.0.1:9093, job=alertmanager}',
    ],
  },
};
