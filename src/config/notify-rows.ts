import { SEVERITIES } from '../protocol/finding.ts';
import { row } from './setting-row.ts';
import { choice, duration, list, map, orNull, path, record, text, url } from './value-type.ts';

const variableName = text('the name of an environment variable', {
  pattern: /^[A-Z][A-Z0-9_]*$/,
  example: 'NTFY_TOKEN',
});
const credentialName = text('the name of a file in $CREDENTIALS_DIRECTORY', {
  pattern: /^[\w.-]+$/,
  example: 'ntfy-token',
});

const channel = record(
  { kind: choice(['ntfy', 'telegram', 'mail', 'webhook']) },
  {
    /** ntfy: the server. telegram: another than api.telegram.org. webhook: where to. */
    url: url(),
    topic: text('a topic of letters, digits, _ and -', {
      pattern: /^[\w-]{1,64}$/,
      example: 'homelab-7f3k9q',
    }),
    chat: text('the id of a chat, or @ and the name of a channel', {
      pattern: /^(-?\d{1,20}|@\w{3,64})$/,
      example: '-1001234567890',
    }),
    server: text('smtps://HOST[:PORT] or smtp://HOST[:PORT]', {
      pattern: /^smtps?:\/\/(\[[\da-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?$/,
      example: 'smtps://mail.example.org',
    }),
    from: text('an address', { pattern: /^[^\s@<>",;]+@[^\s@<>",;]+$/, example: 'steward@example.org' }),
    to: list(text('an address', { pattern: /^[^\s@<>",;]+@[^\s@<>",;]+$/, example: 'you@example.org' })),
    user: text(),
    /** A certificate authority of one's own, PEM. */
    ca_file: path(),
    secret_env: variableName,
    secret_credential: credentialName,
    secret_file: path(),
    fallback: text('the name of a channel'),
  },
);

const names = list(text('the name of a channel'));

/** Whom steward tells, and when. */
export const NOTIFY_ROWS = {
  'notify.channels': row(
    map(channel),
    {},
    'by-name',
    'never',
    null,
    'Ways to people, by name. The secret (a token, a password, a key to sign with) comes from a variable, a systemd credential or a file. `fallback` tells what this one cannot. See [notify](../notify.md).',
  ),
  'notify.routes': row(
    record({}, { critical: names, warning: names, info: names }),
    { critical: null, warning: null, info: null },
    'replace',
    'never',
    null,
    'Which channels are told of what; `digest` in place of a channel: once a day. Without it: `critical` and `warning` on every channel, `info` in the digest.',
  ),
  'notify.escalate_after': row(
    orNull(duration()),
    null,
    'replace',
    'never',
    null,
    'When nobody has acknowledged or closed an incident for this long, it is told once more, also to `notify.escalate_to`.',
  ),
  'notify.escalate_to': row(
    names,
    [],
    'replace',
    'never',
    null,
    'Who is told besides when nobody answers: channels, which may be other people.',
  ),
  'notify.escalate_from': row(
    choice(SEVERITIES),
    'critical',
    'replace',
    'never',
    null,
    'From which severity on it matters that somebody answers.',
  ),
  'notify.digest_at': row(
    text('a time like 08:00', { pattern: /^([01]\d|2[0-3]):[0-5]\d$/, example: '08:00' }),
    '08:00',
    'replace',
    'never',
    null,
    'When the digest of the last day is sent, local time. Without anything in it there is none.',
  ),
  'notify.digest_to': row(
    names,
    [],
    'replace',
    'never',
    null,
    'Who gets the digest; else the first channel.',
  ),
  'notify.quiet': row(
    list(
      text('hours of the week like 22:00-07:00 or Sat,Sun 02:00-05:00', {
        pattern: /^([A-Za-z,-]+\s+)?\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}$/,
        example: '22:00-07:00',
      }),
    ),
    [],
    'replace',
    'never',
    null,
    'Hours in which only what is `critical` is told; the rest waits for their end.',
  ),
  'notify.heartbeat_url': row(
    orNull(url()),
    null,
    'replace',
    'never',
    null,
    'Asked for (GET) as long as the loop of `steward serve` turns, so that a service that watches it (healthchecks.io, Uptime Kuma) notices when it does not. One that is secret comes from the credential `heartbeat-url` or STEWARD_HEARTBEAT_URL.',
  ),
  'notify.heartbeat_every': row(duration(), 60_000, 'replace', 'never', null, 'How often.'),
};
