import { HOST_LABELS, type HostNames, hostOf, targetOf } from '../lib/target-key.ts';
import type { Delivery } from '../protocol/delivery.ts';
import type { Episode } from '../protocol/episode.ts';
import type { Incident } from '../protocol/incident.ts';

const MOST_HOSTS = 16;
const LONGEST_TITLE = 200;
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

const MOST_TARGETS = 64;

/** What those that fire are about; of all of them where none does. */
export function targetsOf(members: readonly Episode[], names: HostNames): string[] {
  const firing = members.filter(({ status }) => status === 'firing');
  const found = (firing.length > 0 ? firing : members).flatMap(({ labels }) => targetOf(labels, names) ?? []);
  return [...new Set(found)].slice(0, MOST_TARGETS);
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
