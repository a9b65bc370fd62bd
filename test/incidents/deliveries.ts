import type { AlertReading, Delivery } from '../../src/protocol/delivery.ts';
import type { IncidentInput } from '../../src/protocol/incident.ts';

export const NOW = Date.parse('2026-03-01T03:00:00Z');
export const START = '2026-03-01T02:59:00Z';

export function reading(fingerprint: string, more: Partial<AlertReading> = {}): AlertReading {
  const status = more.status ?? 'firing';
  return {
    fingerprint,
    startsAt: START,
    endsAt: status === 'firing' ? null : '2026-03-01T03:05:00Z',
    labels: { alertname: 'DiskFull', instance: `${fingerprint}:9100` },
    annotations: {},
    ...more,
    status,
  };
}

export function delivery(alerts: AlertReading[], more: Partial<Delivery> = {}): Delivery {
  return {
    intake: 'alertmanager',
    source: 'am',
    groupKey: '{}:{alertname="DiskFull"}',
    groupLabels: { alertname: 'DiskFull' },
    groupStatus: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    alerts,
    truncated: 0,
    externalUrl: null,
    ...more,
  };
}

export function taken(given: Delivery, at = NOW): IncidentInput {
  return { at, type: 'delivery.taken', delivery: given };
}
