import { OpsError } from '../lib/ops-error.ts';
import type { WebSender } from '../protocol/machine.ts';
import { type Channel, type ChannelKind, SEND_TIMEOUT_MS } from './channel.ts';
import { createMail } from './channels/mail.ts';
import { createNtfy } from './channels/ntfy.ts';
import { createTelegram } from './channels/telegram.ts';
import { createWebhook } from './channels/webhook.ts';

/** A channel as settings write it; what it does not have is null. */
export interface ChannelSettings {
  kind: ChannelKind;
  url: string | null;
  topic: string | null;
  chat: string | null;
  server: string | null;
  from: string | null;
  to: readonly string[] | null;
  user: string | null;
  fallback: string | null;
}

export interface ChannelParts {
  /** null: there is none. */
  secret: string | null;
  /** PEM. */
  ca: string | null;
  web: WebSender;
  /** Of one request; default: 15 s. */
  timeoutMs?: number;
  /** Name of this machine. */
  host: string;
}

const TELEGRAM_URL = 'https://api.telegram.org';

/** OpsError `settings` for what its kind needs and it does not have. */
export function createChannel(name: string, settings: ChannelSettings, parts: ChannelParts): Channel {
  const { kind, url, topic, chat, server, from, to, user } = settings;
  const { secret, ca, web, host, timeoutMs = SEND_TIMEOUT_MS } = parts;
  const need = <T>(value: T | null, field: string): T => {
    if (value !== null) return value;
    throw new OpsError('bad-channel', 'settings', `notify.channels.${name}: ${kind} needs ${field}`, {
      hint: 'docs/notify.md shows each kind of channel',
    });
  };
  switch (kind) {
    case 'ntfy':
      return createNtfy({
        name,
        url: need(url, 'url'),
        topic: need(topic, 'topic'),
        user,
        secret,
        web,
        timeoutMs,
      });
    case 'telegram': {
      const token = need(secret, 'secret_env, secret_credential or secret_file, and a token in it');
      return createTelegram({
        name,
        url: url ?? TELEGRAM_URL,
        chat: need(chat, 'chat'),
        token,
        web,
        timeoutMs,
      });
    }
    case 'mail': {
      const mail = { name, server: need(server, 'server'), from: need(from, 'from'), to: need(to, 'to') };
      return createMail({ ...mail, user, secret, host, ca, timeoutMs });
    }
    case 'webhook':
      return createWebhook({ name, url: need(url, 'url'), secret, web, timeoutMs });
  }
}
