import { createHmac, timingSafeEqual } from 'node:crypto';
import { sha256 } from '../lib/digest.ts';

/** How long a signed delivery is worth something, milliseconds. */
const SIGNATURE_LIFE_MS = 5 * 60_000;

/** `Authorization: Bearer TOKEN`, or Basic with the token as the password of any user. In constant time. */
export function isAuthorised(header: string | undefined, token: string): boolean {
  const [, scheme = '', given = ''] = /^(\S+) +(\S+) *$/.exec(header ?? '') ?? [];
  if (/^bearer$/i.test(scheme)) return isSame(given, token);
  if (!/^basic$/i.test(scheme)) return false;
  const pair = Buffer.from(given, 'base64').toString('utf8');
  return isSame(pair.slice(pair.indexOf(':') + 1), token);
}

export interface Signed {
  body: Uint8Array;
  /** X-Grafana-Alerting-Signature. */
  signature: string | undefined;
  /** What stands in the header that Grafana was told to put the time into, seconds since the epoch; undefined: none. */
  timestamp: string | undefined;
  now: number;
}

/** Grafana's HMAC-SHA256 over the bytes as they came, or over `timestamp:bytes`. null: it holds; else what is wrong. */
export function findSignatureFault(
  { body, signature, timestamp, now }: Signed,
  secret: string,
): string | null {
  if (signature === undefined) return 'the signature is missing';
  const hmac = createHmac('sha256', secret);
  if (timestamp !== undefined) {
    const sentAt = Number(timestamp) * 1_000;
    if (!(Math.abs(now - sentAt) <= SIGNATURE_LIFE_MS)) return 'the timestamp is older than five minutes';
    hmac.update(`${timestamp}:`);
  }
  return isSame(signature.toLowerCase(), hmac.update(body).digest('hex'))
    ? null
    : 'the signature does not match';
}

/** Of their digests, so that the length tells nothing either. */
function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(wanted)));
}
