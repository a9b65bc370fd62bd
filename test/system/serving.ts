import type { ChildProcess } from 'node:child_process';
import type { Box, Ended, StartOptions } from './steward.ts';

/** A `steward serve` that listens on a port of its own. */
export interface Serving {
  child: ChildProcess;
  url: string;
  ended: Promise<Ended>;
  post(path: string, body: string, headers?: Record<string, string>): Promise<Answer>;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Resolves when it listens. */
export async function startServing(
  box: Box,
  args: readonly string[] = [],
  options: StartOptions = {},
): Promise<Serving> {
  const listen = args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
  const { child, ended } = box.start(['serve', ...listen, ...args], options);
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const [, found] = /listens on (http:\/\/\S+)/.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    });
    void ended.then(({ code }) => reject(new Error(`serve ended with ${code}: ${text}`)));
  });
  return {
    child,
    url,
    ended,
    async post(path, body, headers = {}) {
      const response = await fetch(url + path, { method: 'POST', body, headers });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
  };
}

export interface ListedIncident {
  id: string;
  state: string;
  source: string;
  group_key: string;
  title: string;
  members: { fingerprint: string; startsAt: string; status: string }[];
  deliveries: number;
  duplicates: number;
  missing: number;
  runs: { run: string; outcome: string | null }[];
  timeline: { at: string; text: string }[];
  folded_into: string | null;
}

export async function listIncidents(box: Box): Promise<ListedIncident[]> {
  const { stdout, code, stderr } = await box.run(['incidents', 'list', '--json']);
  if (code !== 0) throw new Error(`incidents list: ${code} ${stderr}`);
  return (JSON.parse(stdout) as { incidents: ListedIncident[] }).incidents;
}

/** Until what was acknowledged is worked on, and what it is about is as wanted. */
export async function untilIncidents(
  box: Box,
  isWanted: (incidents: ListedIncident[]) => boolean,
  withinMs = 80_000,
): Promise<ListedIncident[]> {
  const end = performance.now() + withinMs;
  for (;;) {
    const incidents = await listIncidents(box);
    if (isWanted(incidents)) return incidents;
    if (performance.now() > end) throw new Error(`not in time: ${JSON.stringify(incidents).slice(0, 4_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A body as Alertmanager writes it, of one alert. */
export function alertBody(
  name: string,
  more: { status?: string; startsAt?: string; instance?: string } = {},
): string {
  const { status = 'firing', startsAt = '2026-11-21T10:43:21Z', instance = `${name}:9100` } = more;
  const labels = { alertname: name, instance, severity: 'warning' };
  const alert = {
    ...{ status, labels, annotations: { summary: `${name} is wrong` }, startsAt, generatorURL: '' },
    endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : '2026-11-21T10:50:00Z',
    fingerprint: Buffer.from(name).toString('hex').padEnd(16, '0').slice(0, 16),
  };
  return JSON.stringify({
    ...{
      version: '4',
      groupKey: `{}:{alertname="${name}"}`,
      truncatedAlerts: 0,
      status,
      receiver: 'steward',
    },
    ...{ groupLabels: { alertname: name }, commonLabels: labels, commonAnnotations: {}, externalURL: '' },
    alerts: [alert],
  });
}
