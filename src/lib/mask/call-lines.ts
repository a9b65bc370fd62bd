import { isReal, type LineRule } from './line-rule.ts';
import { isChosen, isPublicForm, isRandom } from './values.ts';

/** `smtp.login("me", "x")`, `auth=("me", "x")` */
const CALL =
  /(?:auth|login|bind|pw_set|password)=?\([^()\n]{1,120}?,[ \t]{0,4}\\?["']([^"'\n\\]{5,128})\\?["'][ \t]{0,4}\)/gi;

/** Where a secret has no name, only a place: arguments of functions, pipes, network gear, addresses that let in whoever knows them. */
export const CALL_RULES: readonly LineRule[] = [
  {
    kind: 'password',
    hint: ['auth(', 'auth=(', 'pw_set(', 'password('],
    isSeen: true,
    pattern: CALL,
    accepts: isArgument,
  },
  { kind: 'password', hint: ['login(', 'bind('], pattern: CALL, accepts: isArgument },
  // Into a program that asks for it, or a file that is named for it.
  {
    kind: 'password',
    hint: ['echo ', 'printf '],
    pattern:
      /\b(?:echo|printf)[ \t]{1,4}(?:-[neE]{1,3}[ \t]{1,4})?(?:["']?%s(?:\\n)?["']?[ \t]{1,4})?["']?([^\s"'|>()\\]{3,128})(?:\\n){0,2}["']?(?:[ \t]{0,4}\|[ \t]{0,4}(?:sudo[ \t]{1,4})?(?:passwd|smbpasswd|(?:docker|podman)[ \t]{1,4}(?:secret|login)|borg|restic|gpg)\b|[ \t]{0,4}>{1,2}[ \t]{0,4}["']?[\w./~-]{0,100}(?:pass|pw|secret|token|cred|psk)[\w.-]{0,40}["']?[ \t]{0,4}$)/g,
    accepts: (value) => isReal(value) && isChosen(value),
  },
  {
    kind: 'password',
    hint: ['<(echo ', '<(printf '],
    pattern:
      /<\((?:echo|printf)[ \t]{1,4}(?:-[neE]{1,3}[ \t]{1,4})?(?:["']?%s(?:\\n)?["']?[ \t]{1,4})?["']?([^\s"'|>()\\]{6,128})["']?[ \t]{0,4}\)/g,
    accepts: isChosen,
  },
  {
    kind: 'password',
    hint: ['securestring'],
    pattern: /\bConvertTo-SecureString[ \t]{1,4}(?:-String[ \t]{1,4})?["']([^"'\n]{3,128})["']/gi,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['net user'],
    pattern:
      /\bnet user[ \t]{1,4}["']?[\w.-]{1,64}["']?[ \t]{1,4}["']?([^\s"'/*]{4,128})["']?[ \t]{1,4}\/add\b/gi,
    accepts: isReal,
  },
  // Routers, switches and RADIUS.
  {
    kind: 'pre-shared-key',
    hint: ['tacacs', 'radius-server', 'pre-shared-key', 'ike-psk', 'ike secret', 'ipsec secret'],
    isSeen: true,
    pattern:
      /(?:\b(?:tacacs|radius)(?:-server)?\b[^\n]{0,80}?\b(?:key|secret)[ \t]{1,4}(?:\d[ \t]{1,4})?|\bpre-shared-key[ \t]{1,4}(?:(?:ascii-text|hexadecimal|local|remote)[ \t]{1,4})?|\bike-psk[ \t]{1,4}\S{1,64}[ \t]{1,4}|\b(?:ike|ipsec) secret[ \t]{1,4})["']?([^\s"':=]{4,128})/gi,
    accepts: (value) => isReal(value) && /[\d#!%*^&$]|[a-z][A-Z]/.test(value),
  },
  {
    kind: 'password',
    hint: ['auth-pass '],
    pattern: /\bauth-pass[ \t]{1,4}[\w.-]{1,64}[ \t]{1,4}["']?([^\s"']{4,256})/g,
    accepts: isReal,
  },
  {
    kind: 'bluetooth-key',
    hint: ['key='],
    pattern: /^Key=([\dA-F]{32})[ \t\r]*$/gi,
  },
  // The answer to a challenge of HTTP's digest can be tried offline.
  {
    kind: 'authorization',
    hint: ['authorization: digest'],
    isSeen: true,
    pattern: /\bdigest[ \t]{1,4}[^\n]{1,400}?\bresponse=\\?["']?([\da-f]{32,128})(?![\da-f])/gi,
  },
  {
    kind: 'token',
    hint: ['dns cloudflare', 'dns duckdns'],
    pattern: /\bdns[ \t]{1,4}[a-z][a-z0-9_]{2,20}[ \t]{1,4}["']?([\w.-]{20,256})/g,
    accepts: (value) => isRandom(value, 20),
  },
  {
    kind: 'password',
    hint: ['auth='],
    isSeen: true,
    pattern: /[?&]auth=([^\s&"']{6,128})/g,
    accepts: isChosen,
  },
  // Whoever has the address is let in: calendars, invitations, trackers, Healthchecks.
  {
    kind: 'secret-url',
    hint: ['://'],
    pattern:
      /:\/\/[^\s"'<>?#]{1,200}?\/(?:(?:invite|invitation|reset|reset-password|verify|confirm|activate|magic|ical|private|unsubscribe)(?:\/|-)|ping\/(?=[\da-f]{8}-)|(?=[\da-f]{32}\/announce))([\w-]{16,256})/gi,
    accepts: (value) => isRandom(value, 16),
  },
  // Apprise's and Shoutrrr's addresses of a channel.
  {
    kind: 'webhook-url',
    hint: ['://'],
    pattern:
      /\b(?:tgram|telegram|discord|slack|gotifys?|pover|pushover|pbul|msteams|teams|ifttt|ntfys?|mmosts?|rockets?):\/\/([^\s"'<>]{16,400})/g,
    accepts: (value) => value.split(/[/@:?&=]/).some((part) => isRandom(part, 14)),
  },
];

function isArgument(value: string): boolean {
  return isChosen(value) && !isPublicForm(value);
}
