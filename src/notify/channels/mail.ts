import { capLine } from '../../lib/cap.ts';
import { sha256 } from '../../lib/digest.ts';
import { isRecord } from '../../lib/is-record.ts';
import { oneLine } from '../../lib/one-line.ts';
import type { Channel, SendResult } from '../channel.ts';
import { plainBody, plainLine } from '../render.ts';

export interface MailOptions {
  timeoutMs: number;
  name: string;
  /** `smtps://mail.example.org` (465), or `smtp://…` (587), which has to offer STARTTLS unless it is on loopback. */
  server: string;
  user: string | null;
  secret: string | null;
  from: string;
  to: readonly string[];
  /** Of message ids. */
  host: string;
  /** A certificate authority of one's own, PEM; null: those that Node trusts. */
  ca: string | null;
}

const SUBJECT_LIMIT = 200;
const BODY_LIMIT = 64 * 1024;

/** Plain text, one thread by Message-ID, In-Reply-To and References. The same message has the same id in each attempt. */
export function createMail(options: MailOptions): Channel {
  const { name, server, user, secret, from, to, timeoutMs } = options;
  const { hostname, port, protocol } = new URL(server);
  const isImplicit = protocol === 'smtps:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const isLocal = host === 'localhost' || host === '::1' || /^127\./.test(host);
  /** By message, who has it while others were refused. */
  const taken = new Map<string, Set<string>>();
  const domain = /^[\w.-]{1,200}$/.test(options.host) ? options.host : 'steward';
  return {
    name,
    kind: 'mail',
    place: `${to.join(', ')} by ${host}`,
    canUpdate: false,
    async send({ id, notice, ref }) {
      // Half a megabyte of code that nobody else needs.
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({
        host,
        port: port === '' ? (isImplicit ? 465 : 587) : Number(port),
        secure: isImplicit,
        requireTLS: !isImplicit && !isLocal,
        ...(isLocal && !isImplicit && options.ca === null ? { ignoreTLS: true } : {}),
        ...(user !== null && secret !== null ? { auth: { user, pass: secret } } : {}),
        ...(options.ca === null ? {} : { tls: { ca: options.ca } }),
        connectionTimeout: timeoutMs,
        greetingTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        // A text that looks like `{path: '/etc/shadow'}` must not become an attachment.
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const messageId = `<${id}@${domain}>`;
      const root = ref ?? messageId;
      try {
        const told = taken.get(id) ?? new Set<string>();
        const left = to.filter((address) => !told.has(address));
        const info = await transport.sendMail({
          envelope: { from, to: left },
          from,
          to: [...to],
          subject: subjectOf(plainLine(notice.headline)),
          text: `${plainLine(notice.headline)}\n\n${plainBody(notice)}\n`.slice(0, BODY_LIMIT).toWellFormed(),
          messageId,
          ...(ref === null ? {} : { inReplyTo: root, references: [root] }),
          headers: {
            // RFC 3834: nobody's holiday answers to it.
            'Auto-Submitted': 'auto-generated',
            'X-Steward-Thread': sha256(notice.thread).slice(0, 32),
            ...(notice.severity === 'critical' && notice.isLoud && notice.kind !== 'recovered'
              ? { Importance: 'high' }
              : {}),
          },
        });
        const refused = info.rejectedErrors ?? [];
        const isLater = refused.some(({ responseCode }) => responseCode !== undefined && responseCode < 500);
        const done: SendResult = { ok: true, ref: ref === null ? messageId : null };
        if (refused.length === 0) {
          taken.delete(id);
          return done;
        }
        const reason = `${refused.length} of ${to.length} recipients were refused (${refused[0]?.responseCode ?? '?'})`;
        if (!isLater) return { ...done, note: reason };
        // The others have it: only who was refused for now is asked again.
        taken.set(id, new Set([...told, ...left.filter((address) => !info.rejected.includes(address))]));
        return { ok: false, isFinal: false, reason, retryAfterMs: null };
      } catch (error) {
        return failureOfMail(error);
      } finally {
        transport.close();
      }
    },
  };
}

/** One line: what stands in a header must not begin another. */
export function subjectOf(headline: string): string {
  return capLine(oneLine(headline).trim(), SUBJECT_LIMIT);
}

/** nodemailer's codes, and the server's own (RFC 5321): 4xx is "try again", 5xx "do not". */
function failureOfMail(error: unknown): SendResult {
  const facts =
    isRecord(error) || error instanceof Error ? (error as unknown as Record<string, unknown>) : {};
  const code = typeof facts.code === 'string' ? facts.code : 'error';
  const status = typeof facts.responseCode === 'number' ? facts.responseCode : null;
  // The text of an answer may repeat what was sent, also a password: only its number is told.
  const isFinal =
    status === null ? ['EAUTH', 'ENOAUTH', 'EENVELOPE', 'ETLS', 'EMESSAGE'].includes(code) : status >= 500;
  const words = WORDS[code] ?? code;
  return {
    ok: false,
    isFinal,
    reason: status === null ? words : `${words}, the server says ${status}`,
    retryAfterMs: null,
  };
}

const WORDS: Record<string, string> = {
  EAUTH: 'the login was refused',
  ENOAUTH: 'the server wants a login',
  EENVELOPE: 'sender or recipient was refused',
  EMESSAGE: 'the message was refused',
  ECONNECTION: 'no connection',
  ESOCKET: 'no connection',
  ECONNREFUSED: 'no connection (refused)',
  EDNS: 'no such host',
  ETIMEDOUT: 'no answer in time',
  ETLS: 'no TLS',
  EPROTOCOL: 'the dialogue broke off',
};
