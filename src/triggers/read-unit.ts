import type { Delivery } from '../protocol/delivery.ts';
import { canonicalTime } from './canonical-time.ts';
import { fingerprintOf, readObject } from './read-alerts.ts';
import { refuse } from './refuse-body.ts';

/** systemd.unit(5): letters, digits, `:-_.\` and `@`; at most 255. */
const UNIT_NAME = /^[\w:.\\@-]{1,255}$/;
/** What systemd gives an OnFailure handler; absent before v251, and where several units share one handler. */
const FIELDS = {
  MONITOR_SERVICE_RESULT: 'result',
  MONITOR_EXIT_CODE: 'exit_code',
  MONITOR_EXIT_STATUS: 'exit_status',
  MONITOR_INVOCATION_ID: 'invocation',
};
/** What the handler found besides, when it sent it: the unit's state by then, and the last words of the invocation. */
const EVIDENCE = { state: 'state_when_sent', log: 'log' };
const LONGEST_LOG = 8 * 1024;

/**
 * What `triggers/on-failure` spools: a failed unit of a host as an alert of one member. Each failure is an episode; the
 * copies that are sent until we answer are the same one. null: the unit is one of ours, which must not wake us.
 */
export function readUnit(text: string, host: string): Delivery | null {
  const body = readObject(text);
  const unit = body.unit ?? body.MONITOR_UNIT;
  if (typeof unit !== 'string' || !UNIT_NAME.test(unit)) refuse('unit', 'is missing, or no name of a unit');
  if (isOwnUnit(unit)) return null;
  const failedAt = typeof body.time === 'string' ? canonicalTime(body.time) : undefined;
  if (failedAt === undefined) refuse('time', 'is missing, or no RFC 3339 time');
  const known = Object.entries(FIELDS).flatMap(([name, label]) => {
    const value = body[name];
    return typeof value === 'string' && value !== '' ? [[label, value.slice(0, 256)] as const] : [];
  });
  const seen = Object.entries(EVIDENCE).flatMap(([name, label]) => {
    const value = body[name];
    return typeof value === 'string' && value !== ''
      ? [[label, value.slice(0, LONGEST_LOG).toWellFormed()] as const]
      : [];
  });
  const labels = { alertname: 'UnitFailed', unit, host };
  return {
    intake: 'unit',
    source: host,
    groupKey: `unit:${unit}`,
    groupLabels: { unit },
    groupStatus: 'firing',
    alerts: [
      {
        fingerprint: fingerprintOf(labels),
        startsAt: failedAt,
        endsAt: null,
        status: 'firing',
        labels,
        annotations: Object.fromEntries([...known, ...seen]),
      },
    ],
    truncated: 0,
    externalUrl: null,
  };
}

/** A steward that fails and wakes a steward does so for ever. */
function isOwnUnit(unit: string): boolean {
  return /^steward(?:[-@.]|$)/.test(unit);
}
