import { capText } from '../../lib/cap.ts';
import { sha256 } from '../../lib/digest.ts';
import type { WebSender } from '../../protocol/machine.ts';
import { ANSWER_LIMIT_BYTES, type Channel, failureOf } from '../channel.ts';
import type { Notice } from '../notice.ts';
import { fitBytes, plainLine } from '../render.ts';

export interface NtfyOptions {
  timeoutMs: number;
  name: string;
  /** Of the server, also with a path: `https://ntfy.sh`. */
  url: string;
  topic: string;
  /** With a secret it is a name and a password, without one a token. */
  user: string | null;
  secret: string | null;
  web: WebSender;
}

/** A longer message becomes an attachment (docs.ntfy.sh, "Limitations"). */
const MESSAGE_LIMIT_BYTES = 4_096;
/** Since 2.28 a longer title is refused; on a lock screen far less is seen. */
const TITLE_LIMIT_BYTES = 512;

/**
 * Published as JSON, so that no text of ours is a header. One thread has one `sequence_id`: since server 2.16 clients put
 * a later message in the place of the earlier one; older ones show each.
 */
export function createNtfy({ name, url, topic, user, secret, web, timeoutMs }: NtfyOptions): Channel {
  const authorization =
    secret === null
      ? null
      : user === null
        ? `Bearer ${secret}`
        : `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
  return {
    name,
    kind: 'ntfy',
    place: `${topic} at ${new URL(url).host}`,
    canUpdate: true,
    async send({ notice, now }) {
      const title = plainLine(notice.headline);
      const body = fitBytes(notice, MESSAGE_LIMIT_BYTES);
      const answer = await web.send(
        {
          method: 'POST',
          url,
          headers: {
            'content-type': 'application/json',
            ...(authorization === null ? {} : { authorization }),
          },
          body: JSON.stringify({
            topic,
            title: Buffer.byteLength(title) > TITLE_LIMIT_BYTES ? cutBytes(title) : title,
            // Without a message ntfy says "triggered".
            message: body === '' ? title.slice(0, 500) : body,
            priority: priorityOf(notice),
            tags: tagsOf(notice),
            sequence_id: sha256(notice.thread).slice(0, 32),
            ...(notice.link === null ? {} : { click: notice.link }),
          }),
        },
        { timeoutMs, limitBytes: ANSWER_LIMIT_BYTES },
      );
      const isTaken = answer.status !== null && answer.status >= 200 && answer.status < 300;
      return isTaken ? { ok: true, ref: null } : failureOf(answer, errorOf(answer.text), now);
    },
  };
}

function cutBytes(title: string): string {
  return capText(title, TITLE_LIMIT_BYTES).text.replace(/\s*\n\s*/g, ' ');
}

/** 5 rings through "do not disturb", 4 and 3 ring, 2 makes no sound, 1 is not even shown. */
function priorityOf({ severity, isLoud, kind }: Notice): number {
  if (!isLoud) return 2;
  if (kind === 'recovered') return 3;
  return { critical: 5, warning: 4, info: 2 }[severity];
}

/** Names of emoji, shown before the title. */
function tagsOf({ kind, severity }: Notice): string[] {
  if (kind === 'recovered') return ['white_check_mark'];
  if (kind === 'test') return ['wave'];
  return [{ critical: 'rotating_light', warning: 'warning', info: 'information_source' }[severity]];
}

function errorOf(text: string): string | null {
  return /"error"\s*:\s*"([^"\\]{1,200})"/.exec(text)?.[1] ?? null;
}
