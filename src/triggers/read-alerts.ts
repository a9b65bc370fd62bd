import { sha256 } from '../lib/digest.ts';
import { isRecord } from '../lib/is-record.ts';
import { parseShallowJson } from '../lib/shallow-json.ts';
import type { AlertReading, Delivery } from '../protocol/delivery.ts';
import { canonicalTime, isZeroTime } from './canonical-time.ts';
import { refuse } from './refuse-body.ts';

/** More than any route sends; `max_alerts` cuts long before. */
const MOST_ALERTS = 10_000;
const MOST_PAIRS = 128;
const LONGEST_TEXT = 4_096;
const LONGEST_KEY = 8_192;

/** Which version a sender writes, and what to tell whoever sends the other's. */
const VERSIONS = {
  alertmanager: { version: '4', other: 'a Grafana contact point goes to /grafana/<source>' },
  grafana: { version: '1', other: 'Alertmanager goes to /alertmanager/<source>' },
};

/**
 * Alertmanager's webhook body, version 4, or Grafana's contact point, version 1, which differ in fields that nobody should
 * rest on. Unknown fields are left alone. Throws BodyRefused with the field for what can never be read.
 */
export function readAlerts(text: string, intake: 'alertmanager' | 'grafana', source: string): Delivery {
  const body = readObject(text);
  const { version, other } = VERSIONS[intake];
  if (body.version !== undefined && body.version !== version) {
    refuse('version', `${JSON.stringify(body.version).slice(0, 40)} is not "${version}"; ${other}`);
  }
  if (!Array.isArray(body.alerts)) {
    if (typeof body.state === 'string' && 'ruleName' in body) {
      refuse(
        'alerts',
        'this is Grafana’s old dashboard alerting; use unified alerting with a webhook contact point',
      );
    }
    refuse('alerts', 'is missing or no list; a custom payload template cannot be read');
  }
  if (body.alerts.length > MOST_ALERTS) refuse('alerts', `more than ${MOST_ALERTS}; set max_alerts`);
  const groupStatus = body.status === 'resolved' ? 'resolved' : 'firing';
  const alerts = body.alerts.map((alert: unknown, index) =>
    readAlert(alert, `alerts[${index}]`, groupStatus),
  );
  const groupLabels = readPairs(body.groupLabels, 'groupLabels');
  return {
    intake,
    source,
    groupKey: readGroupKey(body.groupKey, groupLabels),
    groupLabels,
    groupStatus,
    alerts,
    truncated: readCount(body.truncatedAlerts, 'truncatedAlerts'),
    externalUrl: typeof body.externalURL === 'string' ? body.externalURL.slice(0, LONGEST_TEXT) : null,
  };
}

/** What `GET /api/v2/alerts` answers. What is over is not in it. Throws BodyRefused. */
export function readApiAlerts(body: unknown): AlertReading[] {
  if (!Array.isArray(body)) refuse('', 'no list of alerts');
  if (body.length > MOST_ALERTS) refuse('', `more than ${MOST_ALERTS} alerts`);
  return body.map((one: unknown, index) => {
    // There `status` says whether it is silenced.
    const alert = isRecord(one) ? { ...one, status: 'firing' } : one;
    return readAlert(alert, `alerts[${index}]`, 'firing');
  });
}

export function readObject(text: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = parseShallowJson(text);
  } catch (error) {
    // What V8 quotes of the text is the sender's own; its length is bounded.
    refuse('', `not JSON: ${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'}`);
  }
  if (!isRecord(body)) refuse('', 'not a JSON object');
  return body;
}

function readAlert(value: unknown, field: string, groupStatus: AlertReading['status']): AlertReading {
  if (!isRecord(value)) refuse(field, 'is no object');
  const status = value.status ?? groupStatus;
  if (status !== 'firing' && status !== 'resolved')
    refuse(`${field}.status`, 'is neither firing nor resolved');
  const labels = readPairs(value.labels, `${field}.labels`);
  const startsAt = readTime(value.startsAt, `${field}.startsAt`);
  if (startsAt === null)
    refuse(`${field}.startsAt`, 'is missing: without it one episode cannot be told from the next');
  return {
    fingerprint: readFingerprint(value.fingerprint, labels, field),
    startsAt,
    endsAt: status === 'firing' ? null : readTime(value.endsAt, `${field}.endsAt`),
    status,
    labels,
    annotations: readPairs(value.annotations, `${field}.annotations`),
  };
}

/** Go writes maps of texts; Grafana writes null for none. Numbers are taken at their word. */
function readPairs(value: unknown, field: string): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) refuse(field, 'is no object');
  const entries = Object.entries(value).slice(0, MOST_PAIRS);
  return Object.fromEntries(
    entries.map(([key, text]) => {
      if (typeof text !== 'string' && typeof text !== 'number' && typeof text !== 'boolean') {
        refuse(`${field}.${key.slice(0, 80)}`, 'is no text');
      }
      return [key.slice(0, LONGEST_TEXT), String(text).slice(0, LONGEST_TEXT).toWellFormed()];
    }),
  );
}

function readTime(value: unknown, field: string): string | null {
  if (value === undefined || value === null || value === '') return null;
  const time = typeof value === 'string' ? canonicalTime(value) : undefined;
  if (time === undefined) refuse(field, 'is no RFC 3339 time');
  return isZeroTime(time) ? null : time;
}

function readFingerprint(value: unknown, labels: Record<string, string>, field: string): string {
  if (value === undefined || value === null || value === '') return fingerprintOf(labels);
  if (typeof value === 'string' && /^[\w-]{1,64}$/.test(value)) return value;
  return refuse(`${field}.fingerprint`, 'is no fingerprint');
}

/** For a sender that gives none. */
export function fingerprintOf(labels: Record<string, string>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify(sorted)).slice(0, 16);
}

function readGroupKey(value: unknown, groupLabels: Record<string, string>): string {
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST_KEY) return value.toWellFormed();
  if (value !== undefined && value !== null && value !== '') refuse('groupKey', 'is no text, or too long');
  return `labels:${fingerprintOf(groupLabels)}`;
}

function readCount(value: unknown, field: string): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  return refuse(field, 'is no count');
}
