import type { AlertReading, Delivery } from '../protocol/delivery.ts';
import { sha256 } from './digest.ts';

/**
 * Two deliveries with the same key say the same: a copy (of a retry, of another replica) or a repeat. Nothing that was
 * rendered is in it, nor who sent it.
 */
export function deliveryKey({
  source,
  groupKey,
  alerts,
}: Pick<Delivery, 'source' | 'groupKey' | 'alerts'>): string {
  const parts = alerts
    .map(({ fingerprint, status, startsAt }) => `${fingerprint}:${status}:${startsAt}`)
    .sort();
  return sha256(JSON.stringify([source, groupKey, ...parts])).slice(0, 32);
}

/** Within a source. */
export function episodeKey({
  fingerprint,
  startsAt,
}: Pick<AlertReading, 'fingerprint' | 'startsAt'>): string {
  return `${fingerprint}@${startsAt}`;
}
