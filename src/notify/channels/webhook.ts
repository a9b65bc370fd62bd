import { createHmac } from 'node:crypto';
import type { WebSender } from '../../protocol/machine.ts';
import { ANSWER_LIMIT_BYTES, type Channel, failureOf } from '../channel.ts';
import { rawLine } from '../render.ts';

export interface WebhookOptions {
  timeoutMs: number;
  name: string;
  url: string;
  /** What the body is signed with; null: it is not. */
  secret: string | null;
  web: WebSender;
}

/**
 * JSON for a program. `X-Steward-Signature: sha256=<hex>` is the HMAC of `<X-Steward-Timestamp>.<body>`; the timestamp,
 * in seconds, is of this attempt, so that an old delivery cannot be played again. `Idempotency-Key` is of the message.
 */
export function createWebhook({ name, url, secret, web, timeoutMs }: WebhookOptions): Channel {
  return {
    name,
    kind: 'webhook',
    place: new URL(url).host,
    canUpdate: true,
    async send({ id, notice, now }) {
      const body = JSON.stringify({
        version: 1,
        id,
        thread: notice.thread,
        kind: notice.kind,
        severity: notice.severity,
        loud: notice.isLoud,
        at: new Date(notice.at).toISOString(),
        headline: rawLine(notice.headline),
        text: notice.body.map(rawLine).join('\n'),
        link: notice.link,
        facts: notice.facts,
      });
      const timestamp = String(Math.floor(now / 1_000));
      const answer = await web.send(
        {
          method: 'POST',
          url,
          headers: {
            'content-type': 'application/json',
            'idempotency-key': id,
            'x-steward-timestamp': timestamp,
            ...(secret === null ? {} : { 'x-steward-signature': `sha256=${sign(secret, timestamp, body)}` }),
          },
          body,
        },
        { timeoutMs, limitBytes: ANSWER_LIMIT_BYTES },
      );
      const isTaken = answer.status !== null && answer.status >= 200 && answer.status < 300;
      // What such a program answers may be anything, also what it was sent.
      return isTaken ? { ok: true, ref: null } : failureOf(answer, null, now);
    },
  };
}

function sign(secret: string, timestamp: string, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
}
