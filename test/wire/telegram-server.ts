import { type FaultyHttp, startFaultyHttp, type Taken } from './faulty-http.ts';

export interface TelegramEntity {
  type: string;
  offset: number;
  length: number;
}

/** A message as it stands in the chat now. */
export interface TelegramMessage {
  id: number;
  text: string;
  entities: TelegramEntity[];
  replyTo: number | null;
  isSilent: boolean;
  edits: number;
}

export interface TelegramServer extends FaultyHttp {
  token: string;
  chat: string;
  messages: TelegramMessage[];
  remove(id: number): void;
}

/** Speaks sendMessage and editMessageText of the Bot API, with its limits and the errors that it has for them. */
export async function startTelegramServer(): Promise<TelegramServer> {
  const token = '123456789:AAloopbackLoopbackLoopbackLoopback0';
  const chat = '-1001234567890';
  const messages: TelegramMessage[] = [];
  const server = await startFaultyHttp((taken) => answer(taken, { token, chat, messages }));
  return {
    ...server,
    ...{ token, chat, messages },
    remove(id) {
      messages.splice(
        messages.findIndex((message) => message.id === id),
        1,
      );
    },
  };
}

/** Too many requests, in Telegram's words. */
export function tooMany(seconds: number) {
  return {
    status: 429,
    body: JSON.stringify({
      ok: false,
      error_code: 429,
      description: `Too Many Requests: retry after ${seconds}`,
      parameters: { retry_after: seconds },
    }),
  };
}

let lastId = 0;

function answer(
  { path, body }: Taken,
  { token, chat, messages }: { token: string; chat: string; messages: TelegramMessage[] },
) {
  const [, given, method] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? [];
  if (given !== token) return refuse(401, 'Unauthorized');
  const value = JSON.parse(body) as Record<string, unknown>;
  if (String(value.chat_id) !== chat) return refuse(400, 'Bad Request: chat not found');
  const text = String(value.text ?? '');
  const entities = (value.entities ?? []) as TelegramEntity[];
  if (text.trim() === '') return refuse(400, 'Bad Request: message text is empty');
  if (text.length > 4_096) return refuse(400, 'Bad Request: message is too long');
  if (value.parse_mode !== undefined) return refuse(400, "Bad Request: can't parse entities");
  const isWithin = entities.every(
    ({ offset, length }) => offset >= 0 && length > 0 && offset + length <= text.length,
  );
  if (!isWithin) return refuse(400, 'Bad Request: entity beyond the text');
  if (method === 'editMessageText') {
    const message = messages.find(({ id }) => id === value.message_id);
    if (message === undefined) return refuse(400, 'Bad Request: message to edit not found');
    if (message.text === text)
      return refuse(
        400,
        'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
      );
    Object.assign(message, { text, entities, edits: message.edits + 1 });
    return { status: 200, body: JSON.stringify({ ok: true, result: { message_id: message.id, text } }) };
  }
  if (method !== 'sendMessage') return refuse(404, 'Not Found');
  const reply = value.reply_parameters as { message_id?: number } | undefined;
  lastId += 1;
  const message = {
    ...{ id: lastId, text, entities, replyTo: reply?.message_id ?? null, edits: 0 },
    isSilent: value.disable_notification === true,
  };
  messages.push(message);
  return { status: 200, body: JSON.stringify({ ok: true, result: { message_id: message.id, text } }) };
}

function refuse(status: number, description: string) {
  return { status, body: JSON.stringify({ ok: false, error_code: status, description }) };
}
