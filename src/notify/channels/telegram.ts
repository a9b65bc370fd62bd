import { isRecord } from '../../lib/is-record.ts';
import type { WebAnswer, WebSender } from '../../protocol/machine.ts';
import { ANSWER_LIMIT_BYTES, type Channel, failureOf, type Message, type SendResult } from '../channel.ts';
import { withEntities } from '../render.ts';

export interface TelegramOptions {
  timeoutMs: number;
  name: string;
  /** `https://api.telegram.org`, or a server of one's own. */
  url: string;
  chat: string;
  token: string;
  web: WebSender;
}

/** Of a text after parsing, "1-4096 characters" (core.telegram.org/bots/api#sendmessage). */
const TEXT_LIMIT = 4_096;

interface BotAnswer {
  answer: WebAnswer;
  ok: boolean;
  messageId: string | null;
  description: string;
  retryAfterS: number | null;
}

/**
 * The first message of a thread is a card that later ones bring up to date in its place, which nobody hears; what should
 * be heard is said once more as a reply to it. Telegram knows no key for a message: one whose answer was lost is sent twice.
 */
export function createTelegram({ name, url, chat, token, web, timeoutMs }: TelegramOptions): Channel {
  const base = url.replace(/\/+$/, '');

  /** The token is a part of the address: nothing that names the address may leave this function. */
  async function call(method: string, fields: Record<string, unknown>): Promise<BotAnswer> {
    const answer = await web.send(
      {
        method: 'POST',
        url: `${base}/bot${token}/${method}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ chat_id: chat, link_preview_options: { is_disabled: true }, ...fields }),
      },
      { timeoutMs, limitBytes: ANSWER_LIMIT_BYTES },
    );
    return readAnswer(answer);
  }

  const failed = ({ answer, description, retryAfterS }: BotAnswer, now: number): SendResult =>
    failureOf(
      { ...answer, retryAfter: retryAfterS === null ? answer.retryAfter : String(retryAfterS) },
      description,
      now,
    );

  async function sendCard({ notice, now }: Message): Promise<SendResult> {
    const { text, entities } = withEntities([notice.headline, [''], ...notice.body], notice.link, TEXT_LIMIT);
    const sent = await call('sendMessage', { text, entities, disable_notification: !rings(notice) });
    return sent.ok ? { ok: true, ref: sent.messageId } : failed(sent, now);
  }

  return {
    name,
    kind: 'telegram',
    place: `chat ${chat} at ${new URL(url).host}`,
    canUpdate: true,
    async send(message) {
      const { notice, ref, now } = message;
      if (ref === null) return sendCard(message);
      const { text, entities } = withEntities(
        [notice.headline, [''], ...notice.body],
        notice.link,
        TEXT_LIMIT,
      );
      const edited = await call('editMessageText', { message_id: Number(ref), text, entities });
      // It was deleted, or is too old to be edited: the thread goes on under a new card.
      if (isGone(edited)) return sendCard(message);
      if (!edited.ok && !isSame(edited)) return failed(edited, now);
      if (!notice.isLoud) return { ok: true, ref: null };
      const short = withEntities([notice.headline], notice.link, TEXT_LIMIT);
      const replied = await call('sendMessage', {
        ...short,
        reply_parameters: { message_id: Number(ref), allow_sending_without_reply: true },
        disable_notification: !rings(notice),
      });
      return replied.ok ? { ok: true, ref: null } : failed(replied, now);
    },
  };
}

function rings({ isLoud, severity }: Message['notice']): boolean {
  return isLoud && severity !== 'info';
}

function isGone({ ok, description }: BotAnswer): boolean {
  return !ok && /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i.test(description);
}

/** An edit that came through before its answer was lost. */
function isSame({ description }: BotAnswer): boolean {
  return /message is not modified/i.test(description);
}

function readAnswer(answer: WebAnswer): BotAnswer {
  let value: unknown = null;
  try {
    value = JSON.parse(answer.text);
  } catch {
    // A proxy answered, or nobody: the status says what there is to know.
  }
  const body = isRecord(value) ? value : {};
  const parameters = isRecord(body.parameters) ? body.parameters : {};
  const result = isRecord(body.result) ? body.result : {};
  const moved = parameters.migrate_to_chat_id;
  const description = typeof body.description === 'string' ? body.description : '';
  return {
    answer,
    ok: answer.status === 200 && body.ok === true,
    messageId: typeof result.message_id === 'number' ? String(result.message_id) : null,
    description: moved === undefined ? description : `${description}; the chat is ${String(moved)} now`,
    retryAfterS: typeof parameters.retry_after === 'number' ? parameters.retry_after : null,
  };
}
