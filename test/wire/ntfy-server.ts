import { type FaultyHttp, startFaultyHttp, type Taken } from './faulty-http.ts';

/** A message as a subscriber of ntfy gets it. */
export interface NtfyMessage {
  topic: string;
  title: string;
  message: string;
  priority: number;
  tags: string[];
  sequence_id: string;
  click: string | null;
}

export interface NtfyServer extends FaultyHttp {
  topic: string;
  token: string;
  messages: NtfyMessage[];
  /** What a phone shows: the last of each sequence. */
  shown(): NtfyMessage[];
}

/** Speaks the part of ntfy that publishes JSON, with its limits and its errors (server/errors.go, docs/publish.md). */
export async function startNtfyServer(): Promise<NtfyServer> {
  const messages: NtfyMessage[] = [];
  const topic = 'homelab-7f3k9q';
  const token = 'tk_loopback0123456789abcdefghijk';
  const server = await startFaultyHttp((taken) => publish(taken, messages, token));
  return {
    ...server,
    ...{ topic, token, messages },
    shown() {
      const last = new Map(messages.map((message) => [message.sequence_id, message]));
      return [...last.values()];
    },
  };
}

function publish({ path, method, headers, body }: Taken, messages: NtfyMessage[], token: string) {
  const refuse = (status: number, code: number, error: string) => ({
    status,
    body: JSON.stringify({ code, http: status, error }),
  });
  if (method !== 'POST' || path !== '/') return refuse(404, 40401, 'page not found');
  if (headers.authorization !== `Bearer ${token}`) return refuse(401, 40101, 'unauthorized');
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(body) as Record<string, unknown>;
  } catch {
    return refuse(400, 40017, 'invalid request: request body must be message JSON');
  }
  const {
    topic = '',
    title = '',
    message = '',
    priority = 3,
    tags = [],
    sequence_id: sequence,
    click,
  } = value;
  if (!/^[-_A-Za-z0-9]{1,64}$/.test(String(topic)))
    return refuse(400, 40009, 'invalid request: topic invalid');
  if (sequence !== undefined && !/^[-_A-Za-z0-9]{1,64}$/.test(String(sequence)))
    return refuse(400, 40049, 'invalid request: sequence ID invalid');
  if (!Number.isInteger(priority) || Number(priority) < 1 || Number(priority) > 5)
    return refuse(400, 40007, 'invalid priority parameter');
  if (Buffer.byteLength(String(title)) > 1_024) return refuse(400, 40057, 'title too large');
  // The real one makes an attachment of it, which nobody reads on a lock screen.
  if (Buffer.byteLength(String(message)) > 4_096) return refuse(413, 41301, 'attachment too large');
  const id = `m${messages.length}`;
  messages.push({
    topic: String(topic),
    title: String(title),
    message: String(message),
    priority: Number(priority),
    tags: tags as string[],
    sequence_id: String(sequence ?? id),
    click: click === undefined ? null : String(click),
  });
  return { status: 200, body: JSON.stringify({ id, event: 'message', topic, sequence_id: sequence ?? id }) };
}
