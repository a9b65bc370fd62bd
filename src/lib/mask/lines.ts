import { CALL_RULES } from './call-lines.ts';
import type { Span } from './found.ts';
import { createRuleFinder, type RuleFinder } from './hinted-rules.ts';
import { isReal, type LineRule } from './line-rule.ts';
import { NOTED_RULES } from './noted-lines.ts';
import { PROGRAM_RULES } from './program-lines.ts';
import { isPlaceholder, isPublicForm, isRandom } from './values.ts';

/** Secrets that are known by the syntax around them, on one line: headers, URLs, command lines, SQL, password files. */

const RULES: readonly LineRule[] = [
  {
    kind: 'authorization',
    hint: ['authorization'],
    pattern:
      /authorization\\?["']?(?:[ \t]{0,4}(?:[:=]|=>)[ \t]{0,4}\\?["']?|[ \t]{1,4}\\?["'](?=(?:bearer|basic|token)[ \t]))(?:(?:bearer|basic|token|negotiate|digest|apikey|aws4-hmac-sha256|pveapitoken|[a-z]{2,16}(?:key|token))[ \t=]{1,4})?([^\s"'\\,;]{4,}(?:[ \t,]{1,3}(?:SignedHeaders|Signature|response|nonce|cnonce|uri|realm|qop|nc|username|opaque)=[^\s,]{1,512}){0,12})/gi,
    accepts: (value) => isReal(value) && !/^(?:bearer|basic|token|negotiate|digest|apikey)$/i.test(value),
  },
  {
    kind: 'token',
    hint: ['bearer'],
    pattern: /\bbearer[ \t]{1,4}\\?["']?([\w.~+/=-]{16,})/gi,
    accepts: (value) => isReal(value) && /\d/.test(value),
  },
  {
    kind: 'cookie',
    hint: ['cookie'],
    pattern: /\b(?:set-)?cookie\\?["']?[ \t]{0,4}:[ \t]{0,4}\\?["']?([^\r\n"'\\]{4,})/gi,
    accepts: isSessionCookie,
  },
  {
    kind: 'token',
    hint: ['access-tokens'],
    pattern: /\baccess-tokens[ \t]{0,20}=[ \t]{0,20}([^\s"'][^\r\n"']*)/g,
  },
  {
    kind: 'url-password',
    hint: ['://'],
    pattern: /:\/\/[^\s/:@"'<>]{0,96}:([^\s"'<>]{1,256}?)@(?=[\w.[\]%${/-])(?![^\s/"'<>?#]{0,256}@)/g,
    accepts: (value) => !isPlaceholder(value) && !/^\d{1,5}\//.test(value),
  },
  // A token in the place of the user: https://TOKEN@github.com/…
  {
    kind: 'url-password',
    hint: ['://'],
    pattern: /[a-z][a-z+.-]{1,20}:\/\/([A-Za-z0-9_-]{20,256})@/g,
    accepts: (value) => isRandom(value, 20),
  },
  {
    kind: 'url-password',
    hint: ['@tcp(', '@unix('],
    pattern: /(?<![\w.-])[\w.-]{1,64}:([^\s:@"']{1,128})@(?:tcp|unix)\(/g,
    accepts: isReal,
  },
  {
    kind: 'signature',
    hint: /[?&][\w-]{1,24}=/,
    pattern:
      /[?&](?:X-Amz-Signature|X-Goog-Signature|signature|sig|X-Amz-Security-Token|hmac)=([\w%+/=.-]{16,})/gi,
  },
  {
    kind: 'token',
    hint: /[?&][\w-]{1,24}=/,
    // The address of an approval of our own has to arrive as it is: it shows that one, and can say no to it.
    pattern:
      /[?&](?:code|key|(?<!\/approvals\/a-[\w-]{1,64}\?)k|auth|session|sid|access|t|jwt|assertion|samlresponse|client_assertion|sentry_key)=([\w%+/=.-]{16,})/gi,
    accepts: (value) =>
      isRandom(value, 16) &&
      (!isPublicForm(value) || /^[\da-f]{32,}$|^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(value)),
  },
  {
    kind: 'webhook-url',
    hint: ['hooks.slack.com', 'discord', 'webhook', 'maker.ifttt', 'hc-ping.com', 'api/push/', 'hooks/'],
    pattern:
      /(?:hooks\.slack\.com\/(?:services|workflows|triggers)|discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks|webhook\.office\.com\/webhookb2|maker\.ifttt\.com\/trigger\/\w{1,64}\/with\/key|hc-ping\.com(?=\/[\da-f-]{36})|\/api\/push(?=\/\w{10,64})|\/\/[\w.:-]{1,255}\/hooks(?=\/[a-z0-9]{20,}))\/([\w@-]{5,80}(?:\/[\w-]{5,120}){0,4})/g,
  },
  // Whoever has the address may send: Office, Rocket.Chat, Make, n8n and whatever comes after them.
  {
    kind: 'webhook-url',
    hint: ['://hook', 'webhook', 'hooks/', 'hook/', 'hook.'],
    isSeen: true,
    pattern:
      /:\/\/(?:[\w.-]{0,100}hooks?\.[\w.:-]{1,100}\/(?:[\w@.-]{1,100}\/){0,3}|[\w.:-]{1,200}\/(?:[\w.-]{1,64}\/){0,4}[\w-]{0,24}(?:web)?hooks?\/(?:[\w@.-]{1,100}\/){0,3})([\w-]{16,200}(?:\/[\w-]{16,200}){0,3})(?![\w.])/gi,
    accepts: (value) => isRandom(value, 16),
  },
  {
    kind: 'telegram-token',
    hint: ['api.telegram.org'],
    pattern: /api\.telegram\.org\/bot(\d{6,12}:[\w-]{30,})/g,
  },
  {
    kind: 'basic-auth',
    hint: ['auth'],
    pattern:
      /(?<![A-Za-z])_?auth\\?["']?[ \t]{0,8}[:=][ \t]{0,8}\\?["']?([A-Za-z0-9+/]{8,2048}={0,2})(?![\w+/=])/g,
    accepts: isBasicAuth,
  },
  {
    kind: 'basic-auth',
    hint: ['basic '],
    pattern: /\bbasic[ \t]{1,4}([A-Za-z0-9+/]{8,2048}={0,2})(?![\w+/=])/gi,
    accepts: isBasicAuth,
  },
  {
    kind: 'password',
    hint: ['password ', 'secret ', 'key '],
    pattern: /\b(?:password|secret|key) [05789] (\S{6,256})/g,
    accepts: isReal,
  },
  // Command lines: only where the program is known to take a secret there.
  {
    kind: 'password',
    hint: ['curl ', 'http ', 'https ', 'wget ', 'xh ', 'aria2c '],
    pattern:
      /\b(?:curl|https?|xh|wget|aria2c)\b[^\n|;]{0,400}?[ \t](?:-[a-zA-Z]{0,4}[uU]|--user|--proxy-user|-a|--auth)(?:[ \t]{1,4}|=)["']?[^\s:"']{1,64}:([^\s"']{1,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['sshpass'],
    pattern: /\bsshpass[ \t]{1,4}(?:-v[ \t]{1,4})?-p[ \t]{0,4}["']?([^\s"']{1,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['mysql', 'maria'],
    pattern:
      /\b(?:mysql|mysqldump|mysqladmin|mysqlshow|mariadb|mariadb-dump|mariadb-admin|mysqlpump)\b[^\n|;]{0,300}?(?:[ \t]|["'],[ \t]?["'])-p["']?([^\s"'-][^\s"']{2,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['redis', 'valkey', 'keydb'],
    pattern: /\b(?:redis|valkey|keydb)-cli\b[^\n|;]{0,300}?[ \t]-a[ \t]{1,4}["']?([^\s"']{1,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['ldap'],
    pattern:
      /\bldap(?:search|modify|add|delete|passwd|whoami)\b[^\n|;]{0,300}?[ \t]-[wsaWSA][ \t]{1,4}["']?([^\s"'-][^\s"']{2,256})/g,
    accepts: (value) => isReal(value) && !/[=:]|^(?:sub|base|one|never|always)$/.test(value),
  },
  {
    kind: 'password',
    hint: ['login ', 'registry ', 'crane ', 'oras ', 'influx ', 'htpasswd '],
    pattern:
      /\b(?:docker|podman|buildah|skopeo|nerdctl|helm registry|crane|oras|az|mongosh?|influx|htpasswd)[ \t][^\n|;]{0,300}?[ \t]-p[ \t]{1,4}["']?([^\s"'-][^\s"']{2,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: [
      'mongo',
      'sqlcmd',
      'ipmitool',
      'mosquitto',
      'smbclient',
      'rpcclient',
      'smbget',
      'net ads',
      'net rpc',
      'net user',
      'net join',
      'rar ',
      'mount.cifs',
      'zip',
      '7z',
    ],
    pattern:
      /\b(?:(?:mongosh?|mongodump|mongorestore|mongoexport)\b[^\n|;]{0,300}?[ \t]-p[ \t]{1,4}|(?:sqlcmd|ipmitool|mosquitto_(?:pub|sub)|zip|unzip)\b[^\n|;]{0,300}?[ \t]-P[ \t]{1,4}|(?:smbclient|rpcclient|smbget|net (?:ads|rpc|user|join))\b[^\n|;]{0,300}?[ \t]-U[ \t]{1,4}["']?[^\s%"']{1,64}%|(?:7z[ar]?|(?:un)?rar)\b[^\n|;]{0,300}?[ \t]-p)["']?([^\s"']{3,256})/g,
    accepts: (value) => isReal(value) && !/^\d{1,5}$/.test(value),
  },
  {
    kind: 'password',
    hint: ['htpasswd', 'useradd', 'usermod', 'rabbitmqctl', 'echo ', 'chpasswd', 'openssl'],
    pattern:
      /(?:\bhtpasswd[ \t]{1,4}-(?:(?=\w{0,8}n)\w{0,8}b\w{0,8}|(?!\w{0,8}n)\w{0,8}b\w{0,8}[ \t]{1,4}\S{1,256})[ \t]{1,4}\S{1,64}|\brabbitmqctl[ \t][^\n|;]{0,64}?(?:add_user|change_password)[ \t]{1,4}\S{1,64}|\b(?:useradd|usermod)\b[^\n|;]{0,200}?[ \t](?:-p|--password)|\becho[ \t]{1,4}(?:-n[ \t]{1,4})?["']?[\w.-]{1,32}:(?=[^\n]{1,256}chpasswd)|-pass(?:in|out)?[ \t]{1,4}pass:)[ \t]{0,4}["']?([^\s"'|]{3,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['identified by', 'with password', 'password('],
    pattern:
      /\b(?:identified[ \t]{1,4}(?:with[ \t]{1,4}\S{1,40}[ \t]{1,4})?by|with[ \t]{1,4}(?:encrypted[ \t]{1,4})?password|password[ \t]{0,4}=[ \t]{0,4}password\()[ \t]{0,4}['"]([^'"\n]{1,256})['"]/gi,
    accepts: isReal,
  },
  {
    kind: 'cookie',
    hint: ['curl '],
    pattern: /\bcurl\b[^\n|;]{0,400}?[ \t](?:-b|--cookie)[ \t=]{1,4}["']?[^\s=;"']{1,64}=([^\s;"']{4,2048})/g,
    accepts: isReal,
  },
  // 32 bytes in base64 beside a word that says what for: WireGuard, Vault's unsealing, Consul's gossip, TSIG.
  {
    kind: 'api-key',
    hint: ['private', 'preshared', 'encrypt', 'unseal', 'tsig', 'keygen', 'genkey'],
    pattern: /(?<![\w+/=:.-])([A-Za-z0-9+/]{42,43}=|[A-Za-z0-9+/]{43,44})(?![\w+/=])/g,
    accepts: (value) => isRandom(value, 40) && /[A-Z]/.test(value) && /[a-z]/.test(value),
    unless: /public|\bpub|peer|sha256|fingerprint|hash/i,
  },
  // Consul's acl block.
  {
    kind: 'token',
    hint: ['initial_management', 'tokens'],
    pattern:
      /\b(?:initial_management|agent(?:_recovery)?|default|replication|config_file_service_registration|dns|managed_service_provider)["']?[ \t]{0,20}[:=][ \t]{0,20}["']([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/g,
  },
  {
    kind: 'proxmox-token',
    hint: ['tokenid', 'token secret'],
    pattern:
      /\bvalue\\?["']?[ \t]{0,20}[:=│ ]?[ \t]{0,20}\\?["']?([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/gi,
  },
  {
    kind: 'password',
    hint: ['createuser '],
    pattern: /\bcreateUser[ \t]{1,4}\S{1,64}[ \t]{1,4}(?:MD5|SHA[\d-]{0,4})[ \t]{1,4}["']?([^\s"']{8,128})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['createuser '],
    pattern: /\bcreateUser[ \t][^\n]{1,256}?[ \t](?:AES|DES)[\w-]{0,4}[ \t]{1,4}["']?([^\s"']{8,128})/g,
    accepts: isReal,
  },
  // Subsonic's way to log in.
  {
    kind: 'password',
    hint: /[?&][\w-]{1,24}=/,
    pattern: /[?&]u=[^&\s"']{1,64}&p=([^&\s"']{3,256})/g,
    accepts: isReal,
  },
  {
    kind: 'password',
    hint: ['echo '],
    pattern: /\becho[ \t]{1,4}["']?([^\s"'|]{3,128})["']?[ \t]{0,4}\|[ \t]{0,4}sudo[ \t]{1,4}-\w{0,4}S/g,
    accepts: isReal,
  },
  {
    kind: 'token',
    hint: ['set-agent-token'],
    pattern: /\bset-agent-token[ \t]{1,4}[\w-]{1,48}[ \t]{1,4}["']?([^\s"']{8,64})/g,
    accepts: isReal,
  },
  // SNMP's communities, HAProxy's statistics page, wpa_passphrase(8).
  {
    kind: 'password',
    hint: ['community', 'com2sec'],
    pattern:
      /(?:\b(?:ro|rw)community6?[ \t]{1,8}|(?:\b|_)community[ _-]?(?:string|name)?["']?[ \t]{0,4}[:=][ \t]{0,4}|\bsnmp-server[ \t]{1,4}community[ \t]{1,4}|\bcom2sec6?[ \t]{1,8}\S{1,64}[ \t]{1,8}\S{1,64}[ \t]{1,8})["']?([^\s"',;]{4,64})/gi,
    accepts: (value) => isReal(value) && !/^(?:public|private|default|server|edition|strings?)$/i.test(value),
  },
  {
    kind: 'password',
    hint: ['auth '],
    pattern: /\bauth[ \t]{1,4}[\w.-]{1,64}:([^\s:"']{4,128})(?=\s|$)/g,
    accepts: (value) => isReal(value) && !/^\d+$/.test(value),
  },
  {
    kind: 'password',
    hint: ['wpa_passphrase'],
    pattern:
      /\bwpa_passphrase[ \t]{1,4}(?:"[^"\n]{1,64}"|'[^'\n]{1,64}'|\S{1,64})[ \t]{1,4}["']?([^\s"']{8,63})/g,
    accepts: isReal,
  },
  // host:port:database:user:password
  {
    kind: 'password',
    hint: /:(?:\d{4,5}|\*):/,
    pattern: /^(?:[\w.-]{1,255}|\*):(?:\d{4,5}|\*):[^:\s]{1,64}:[^:\s]{1,64}:([^\s:]{1,256})$/g,
    accepts: isReal,
  },
];

const ALL: readonly LineRule[] = [...RULES, ...PROGRAM_RULES, ...NOTED_RULES, ...CALL_RULES];

/** Of every rule, for the pattern that finds lines worth a look. */
export const LINE_HINTS: readonly LineRule['hint'][] = ALL.filter(({ isSeen }) => isSeen !== true).map(
  ({ hint }) => hint,
);

/** Made with the first line that is looked at: many a run has none. */
let finder: RuleFinder | null = null;

/** The rules that a line can hold something for. They hold for what is left of it when something was veiled. */
export function rulesFor(line: string): LineRule[] {
  finder ??= createRuleFinder(ALL);
  return finder(line);
}

export function findInLine(line: string, rules: readonly LineRule[]): Span[] {
  const spans: Span[] = [];
  for (const { kind, pattern, accepts, spansOf, unless } of rules) {
    if (unless?.test(line) === true) continue;
    // `matchAll` would copy the pattern for every line.
    pattern.lastIndex = 0;
    for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
      if (spansOf !== undefined) {
        spans.push(...spansOf(match));
        continue;
      }
      const value = match[1] ?? '';
      if (value === '' || (accepts !== undefined && !accepts(value))) continue;
      const [start, end] = placeOf(match, value);
      spans.push({ kind, start, end });
    }
  }
  return spans;
}

/** Attributes tell nobody anything, nor does `theme=dark`. */
function isSessionCookie(value: string): boolean {
  return value
    .split(';')
    .some((part) =>
      /^(?!\s*(?:path|max-age|expires|domain|samesite|priority|theme|lang|language|locale|tz|timezone|consent|layout|dark_?mode)=)[^=]+=./i.test(
        part,
      ),
    );
}

/** The secret is the last thing that a pattern takes, but for what closes it. */
function placeOf(match: RegExpExecArray, value: string): [number, number] {
  const start = match.index + match[0].lastIndexOf(value);
  return [start, start + value.length];
}

/** `"auth": "dXNlcjpwYXNz"` of a Docker configuration: user, colon, password. */
function isBasicAuth(value: string): boolean {
  if (!isRandom(value, 8) && !value.endsWith('=')) return false;
  const plain = Buffer.from(value, 'base64').toString('latin1');
  return /^[\x20-\x7e]{1,100}:[\x20-\x7e]+$/.test(plain);
}
