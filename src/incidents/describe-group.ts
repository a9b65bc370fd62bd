import type { Delivery } from '../protocol/delivery.ts';
import type { Incident } from '../protocol/incident.ts';

const MOST_HOSTS = 16;
const LONGEST_TITLE = 200;
const HOST_LABELS = ['host', 'hostname', 'node', 'nodename', 'instance'];
/** Alerts of Grafana that say that the question could not be asked. */
const MONITORING_ALERTS = ['DatasourceNoData', 'DatasourceError'];

/** Machines that the labels name, as they name them, without ports. */
export function hostsOf(alerts: readonly { labels: Record<string, string> }[]): string[] {
  const found = new Set<string>();
  for (const { labels } of alerts) {
    for (const name of HOST_LABELS) {
      const host = hostOf(labels[name]);
      if (host !== '' && found.size < MOST_HOSTS) found.add(host);
    }
  }
  return [...found];
}

/** With a scheme, a port and a path, or without. */
const HOST = /^(?:[a-z][a-z\d+.-]*:\/\/)?(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d+)?(?:\/\S*)?$/i;

/** `nuc1:9100` → `nuc1`; `https://git.example.test/x` → `git.example.test`; `[::1]:9100` → `::1`. Else nothing. */
function hostOf(value: string | undefined): string {
  const [, bracketed, bare] = HOST.exec(value ?? '') ?? [];
  return (bracketed ?? bare ?? '').toLowerCase();
}

export function titleOf({ groupLabels, alerts, groupKey }: Delivery): string {
  const title = groupLabels.alertname ?? alerts[0]?.labels.alertname ?? groupKey;
  const unit = groupLabels.unit ?? '';
  return (unit === '' ? title : `${title} ${unit}`).slice(0, LONGEST_TITLE);
}

export function aboutOf({ alerts }: Delivery): Incident['about'] {
  return alerts.some(({ labels }) => MONITORING_ALERTS.includes(labels.alertname ?? ''))
    ? 'monitoring'
    : 'service';
}

const SEVERITIES = ['critical', 'page', 'error', 'high', 'warning', 'medium', 'info', 'low'];

/** The worst that the alerts name; an unknown word only where there is no known one. */
export function severityOf(alerts: readonly { labels: Record<string, string> }[]): string | null {
  const named = alerts.flatMap(({ labels }) => labels.severity ?? []);
  return SEVERITIES.find((each) => named.includes(each)) ?? named[0]?.slice(0, 40) ?? null;
}
