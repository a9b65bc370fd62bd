import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from '../../lab/host.ts';
import { programsOf } from '../../lab/packages.ts';
import { ownPort } from '../../wire/own-port.ts';

/** Where the real programs are. */
export function programsFolder(): Promise<string> {
  return programsOf('bookworm', ['prometheus', 'prometheus-alertmanager']);
}

/** A real Alertmanager with this configuration; ended with the test. Gives its address when it is ready. */
export async function startAlertmanager(
  folder: string,
  config: string,
  cluster: readonly string[] = ['--cluster.listen-address='],
): Promise<string> {
  const port = await ownPort();
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'am.yml'), config);
  await startDaemon(`${url}/-/ready`, [
    join(await programsFolder(), 'prometheus-alertmanager'),
    `--config.file=${join(folder, 'am.yml')}`,
    `--storage.path=${join(folder, 'am')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    ...cluster,
  ]);
  return url;
}

/** Two that gossip, and leave a group to the first for a second. */
export async function startPair(folder: string, config: string): Promise<[string, string]> {
  const [a, b] = [`127.0.0.1:${await ownPort()}`, `127.0.0.1:${await ownPort()}`];
  const join = (own: string, peer: string) => [
    ...[`--cluster.listen-address=${own}`, `--cluster.peer=${peer}`],
    ...['--cluster.peer-timeout=1s', '--cluster.gossip-interval=50ms', '--cluster.pushpull-interval=1s'],
    '--cluster.settle-timeout=2s',
  ];
  return Promise.all([
    startAlertmanager(`${folder}/a`, config, join(a, b)),
    startAlertmanager(`${folder}/b`, config, join(b, a)),
  ]);
}

/** A real Prometheus with rules, that tells the Alertmanager at `alertmanager`. */
export async function startPrometheus(
  folder: string,
  { alertmanager, targets, rules }: { alertmanager: string; targets: Record<string, string>; rules: string },
): Promise<string> {
  const port = await ownPort();
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'rules.yml'), rules);
  const jobs = Object.entries(targets).map(
    ([job, target]) => `  - { job_name: ${job}, static_configs: [{ targets: ['${target}'] }] }`,
  );
  const config = [
    'global: { scrape_interval: 1s, evaluation_interval: 1s }',
    `rule_files: ['${join(folder, 'rules.yml')}']`,
    `alerting: { alertmanagers: [{ static_configs: [{ targets: ['${new URL(alertmanager).host}'] }] }] }`,
    'scrape_configs:',
    ...jobs,
  ];
  writeFileSync(join(folder, 'prom.yml'), `${config.join('\n')}\n`);
  await startDaemon(`${url}/-/ready`, [
    join(await programsFolder(), 'prometheus'),
    `--config.file=${join(folder, 'prom.yml')}`,
    `--storage.tsdb.path=${join(folder, 'prom')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--rules.alert.resend-delay=2s',
  ]);
  return url;
}

async function startDaemon(ready: string, [program = '', ...args]: string[]): Promise<void> {
  // Debian's Alertmanager reads its template where the package puts it: there it is, for this process alone.
  const share = join(dirname(program), '../share');
  const line = 'mount -t overlay overlay -o lowerdir="$0":/usr/share /usr/share && exec "$@"';
  const words = ['-m', 'sh', '-c', line, share, program, ...args];
  const child = spawn('unshare', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-4_000);
  });
  await until(`${program} is ready: ${said}`, async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}: ${said}`);
    try {
      return (await fetch(ready)).ok ? true : undefined;
    } catch {
      return undefined;
    }
  });
}
