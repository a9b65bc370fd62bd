/** Which names say that what follows is a secret: `DB_PASSWORD`, `apiKey`, `Secret ID`, but not `password_file`. */

/** Words after the telling one that change nothing about it: `PASSWORD_OLD`, `secret_key_base`, `TOKEN_B64`. */
const NEUTRAL = new Set(
  'data old new current prev previous next base value values string str text plain plaintext raw b64 base64 hex enc encoded encrypted hash hashed digest pbkdf prod production dev staging test main primary secondary backup default env var confirm confirmation again repeat bytes rw ro v1 v2'.split(
    ' ',
  ),
);

/** What makes a `key` a secret one. */
const KEY_QUALIFIERS = new Set(
  'api access secret private priv auth account encryption encrypt crypt decryption signing sign master session storage shared license licence hmac aes jwt cookie unseal recovery deploy admin root webhook tsig preshared pre gossip app application sas write ingest registration cluster integration luks client tls network consumer certificate pass wep wpa wifi setup nzb gotify subscription provisioning instrumentation'.split(
    ' ',
  ),
);

const JOINED_KEY =
  /(?:api|access|secret|private|auth|account|encryption|signing|master|session|storage|shared|license|preshared|app|hmac|jwt|pass)keys?$/;

/** Makes of a token a place in a list. */
const PLACES = new Set(
  'page next previous prev continuation continue sync cursor pagination resume start position'.split(' '),
);

/** Ends in `pass` and is none. */
const NO_PASS =
  /(?:by|com|encom|sur|tres|over|under|im|multi|single|one|two|first|second|low|high|band)pass$/;

/** Names in which a telling word stands, and whose value is still no secret, however random it looks. */
const PUBLIC_END = new Set(
  'id ids name names file files path paths dir url uri ref arn fingerprint checksum version type kind length len size count policy algorithm alg expiry expires expiration ttl age issuer audience pub public provider method store class manager endpoint field prompt hint sha256 selector digest rotation namespace role user username resourceversion'.split(
    ' ',
  ),
);

/** One of these stands in every telling name. Most names are keys of events, and end here. */
const TELLING = /_pat$|pass|pw|psk|token|secret|cred|key|auth|connection|kennwort/;

/** How the last word of every telling name ends: one small pattern for `passed`, `authentication`, `keySource`. */
const TELLING_END =
  /(?:passw(?:or)?d|passphrase|passcode|passwort|kennwort|pwd|psk|token|secret|cred|credential|key)s?$|(?:pass|pw|auth|authtok|community|pat|connection|connectionstring|salt|encryption)$/;

/** The kind of secret that a name says its value is; null for a name that says nothing of the sort. */
export function kindOfName(name: string): string | null {
  if (!TELLING.test(name.toLowerCase())) return null;
  const words = wordsOf(name);
  // `SecretID`, of Consul, Nomad and Vault.
  if (words.length >= 2 && words.at(-1) === 'id' && words.at(-2) === 'secret') return 'secret';
  // systemd's: the name of a credential and where it is.
  if (/^(?:load|import)$/.test(words[0] ?? '') && /^credentials?$/.test(words[1] ?? '')) return null;
  // Where the next page of a list begins.
  if (/^tokens?$/.test(words.at(-1) ?? '') && PLACES.has(words.at(-2) ?? '')) return null;
  // The keys of a Z-Wave network: `S2_AccessControl_Key`.
  if (/^s[02]_\w{3,24}_key$/i.test(name)) return 'api-key';
  while (words.length > 1 && NEUTRAL.has(words.at(-1) ?? '')) words.pop();
  const last = words.at(-1) ?? '';
  if (!TELLING_END.test(last) || words.some((word) => word === 'public' || word === 'pub')) return null;
  if (/(?:password|passwd|passphrase|passcode|passwort|kennwort|pwd)s?$/.test(last)) return 'password';
  if (last === 'pass' || last === 'pw' || last === 'requirepass' || last === 'authtok') return 'password';
  if (last === 'community' && words.at(-2) === 'snmp') return 'password';
  // `X-ZT1-Auth`
  if (last === 'auth' && words[0] === 'x' && words.length > 2) return 'token';
  // Of a device: Tuya's, Bluetooth's.
  if (/(?:local|bind|link)_?key$/i.test(name)) return 'api-key';
  // Headers: `X-Emby-Key`.
  if (last === 'key' && words[0] === 'x' && words.length > 2) return 'api-key';
  if (last.length > 4 && last.endsWith('pass') && !NO_PASS.test(last)) return 'password';
  if (/psks?$/.test(last)) return 'pre-shared-key';
  if (/tokens?$/.test(last) || (last === 'pat' && words.length > 1)) return 'token';
  if (/secrets?$/.test(last)) return 'secret';
  if (/credentials?$|^creds?$/.test(last)) return 'credential';
  if (JOINED_KEY.test(last)) return last.includes('private') ? 'private-key' : 'api-key';
  if (/^(?:masterauth|primaryauth|rpcauth|(?:bind|root|admin|user|db|smb|mail)pw)$/.test(last))
    return 'password';
  if (last === 'connectionstring' || (last === 'connection' && name.toLowerCase().endsWith('string')))
    return 'secret';
  // WordPress, Nextcloud: what a hash is salted with is as private as the key of a cookie.
  if (
    /(?:auth|password|secret)salt$/.test(last) ||
    (last === 'salt' && /^(?:auth|password|secret)$/.test(words.at(-2) ?? ''))
  )
    return 'secret';
  if (last === 'encryption' && words.at(-2) === 'key') return 'api-key';
  if (last === 'key' || last === 'keys') {
    const before = words.at(-2) ?? '';
    if (before === 'private' || before === 'priv') return 'private-key';
    if (KEY_QUALIFIERS.has(before) || /(?:secret|api|encrypt|token|auth)$/.test(before)) return 'api-key';
  }
  return null;
}

/** A telling word stands somewhere in it: enough for a value that looks like nothing but a secret. */
export function hintsAtSecret(name: string): boolean {
  const words = wordsOf(name);
  if (words.at(-1) === 'token' && PLACES.has(words.at(-2) ?? '')) return false;
  if (PUBLIC_END.has(words.at(-1) ?? '') || words.some((word) => word === 'public' || word === 'pub'))
    return false;
  return words.some((word) =>
    /^(?:\w*password|passwd|pass|pwd|secrets?|token|apikey|creds?|credentials?|auth|authkey|encrypt)$/.test(
      word,
    ),
  );
}

/** Keys of rows, caches and queues: as random as they like, and no secret. */
const INDEXED =
  /^(?:primary|foreign|public|sort|partition|cache|object|row|index|dedup|idempotency|group|map|hash|registry|storage|lock|routing|shard|lookup|unique|composite|message|s3|image|item|translation|ssh|host|gpg|pgp|signature|etag|context|layer|build|job|alloc|chunk|block|blob|socket|websocket)$/;

/** `pushover_user_key`, `ping_key`: nobody's list of names is long enough. */
export function isNameOfSomeKey(name: string): boolean {
  if (!/keys?$/i.test(name)) return false;
  const words = wordsOf(name);
  return words.length > 1 && /^keys?$/.test(words.at(-1) ?? '') && !words.some((word) => INDEXED.test(word));
}

/** Numbers beside these are counts: `prompt_tokens=512`, `passwords: 3`. */
export function isCountName(name: string): boolean {
  return /tokens?$|s$/i.test(name);
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]{2,})([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replace(/(?<=[a-z])\d{1,3}(?![a-z0-9])/g, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !/^\d{1,3}$/.test(word));
}
