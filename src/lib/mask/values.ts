import { isVeiled, VEIL } from './found.ts';

/** What a value looks like, for rules that know where it stands. */

const WORDS = new Set(
  'true false null none nil yes no on off undefined unset empty required missing changed changeme expired invalid incorrect wrong string str text bool boolean int integer number any object array bytes secretstr redacted hidden masked omitted sensitive unknown default optional ok failed failure success error disabled enabled set not found denied rejected accepted valid verified ready present absent updated created deleted rotated revoked refreshed generated here todo tbd n/a na prompt ask file env environment vault keyring keychain stdin interactive plaintext buffer uint8array md5 scram-sha-256 sha256 sha512 bcrypt bearer basic token password secret type credential credentials passwords tokens secrets await new include omit same-origin'.split(
    ' ',
  ),
);

/**
 * Says where the secret is, or that there is one, instead of being it. The small question before a large pattern is for
 * the start of steward, which would have to compile them all for one key in its environment.
 */
export function isPlaceholder(value: string): boolean {
  if (isVeiled(value)) return true;
  const bare = value.replace(/[.,;:)\]}!]+$/, '');
  if (WORDS.has(bare.toLowerCase())) return true;
  if (
    /^[ymeirc]/i.test(bare) &&
    /^(?:your|my|example|insert|replace|change)[_-]?(?:[a-z]+[_-]?){1,4}$/i.test(bare) &&
    /[_-]/.test(bare)
  )
    return true;
  // A variable, a template, an angle-bracket hole, a format directive.
  if (
    /^[$%{<(@#_]/.test(value) &&
    /^(?:\$[A-Za-z_{(]|\$\$[A-Za-z_{(]|%[({]|%[sdvq]$|%[a-z](?:[/.]|$)|%[A-Za-z_]\w*%|%%|\{\{|\$\{\{|<[^>]*>?$|\(|@@|#\{|@[\w-]+@$|__\w+__$)/.test(
      value,
    )
  )
    return !/^%[0-9A-F]{2}/.test(value);
  if (
    /^[*xX.…•_?#-]/.test(bare) &&
    /^(?:\*+|x{3,}|X{3,}|x{3,}(?:-x+)+|\.{3,}|…|•+|-{2,}|_{2,}|\?+|#+)$/.test(bare)
  )
    return true;
  if (
    bare.length < 24 &&
    /^[[rhfmos]/i.test(bare) &&
    /^(?:\[(?:redacted|hidden|filtered|masked|omitted|secret|removed|sensitive)|(?:redacted|hidden|filtered|masked|omitted|removed|sensitive)$)/i.test(
      bare,
    )
  )
    return true;
  if (
    value.includes(':') &&
    /^(?:vault|op|file|env|ssm|awssm|gcpsm|secretsmanager|keyring|pass|bao|sops|akv|ref\+\w+):/i.test(value)
  )
    return true;
  if (value.startsWith('@') && /^@(?:[a-z][a-z./-]*$|Microsoft\.KeyVault\()/.test(value)) return true;
  // A rule of a form.
  if (value.includes('|') && /^(?:required|string|nullable|sometimes|optional)\|/.test(value)) return true;
  if (/^[!E]/.test(value) && /^!(?:vault|secret|env_var|reference|include)\b|^ENC\[/.test(value)) return true;
  if (bare.includes('/') && isPath(bare)) return true;
  return /[.[(]/.test(bare) && isExpression(bare);
}

/** Below a known root, or of several plain segments. Base64 has slashes too, and is none. */
function isPath(text: string): boolean {
  if (
    /^(?:~|\.{1,2})?\/(?:etc|run|var|home|usr|opt|nix|root|tmp|srv|mnt|media|proc|sys|dev|lib|boot|data|secrets?|config|app|keys?|certs?)(?:\/|$)/.test(
      text,
    )
  )
    return true;
  if (/^(?:~|\.{1,2})\//.test(text)) return true;
  if (!/^(?:\/[\w.@%-]+){2,}\/?$/.test(text)) return false;
  return !isRandom(text.replaceAll('/', ''), 24) || /\.[a-z]{2,5}$/.test(text);
}

/** Code that fetches a secret: `config.sops.secrets.db.path`, `os.environ["X"]`, `var.db_password`, `getenv('X')`. */
function isExpression(text: string): boolean {
  if (
    /^(?:var|local|module|data|each|self|config|cfg|lib|pkgs|builtins|process|os|args|opts|options|settings|env|secrets|values|\.Values|ctx|this|req|request|params|steps|github|inputs|outputs|random_password|random_string|tls_private_key|google_\w+|aws_\w+|azurerm_\w+|vault_\w+|kubernetes_\w+)(?:\.[A-Za-z_]\w*|\[)/.test(
      text,
    )
  )
    return true;
  return /^[A-Za-z_][\w.:]{1,60}\((?:["'$A-Za-z_)]|$)/.test(text);
}

/** A name for something, told from a secret by its form: digests, UUIDs, addresses, times, versions, counts. */
export function isPublicForm(value: string): boolean {
  return (
    /^(?:sha\d{1,3}[:-]|SHA256:|md5:|git:)/.test(value) ||
    /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(value) ||
    /^(?:[\da-f]{7,128}|[\dA-F]{7,128})$/.test(value) ||
    /^[\d.,:_/+TZ-]+$/.test(value) ||
    /^(?:[\da-fA-F]{2}:){5,}[\da-fA-F]{2}$/.test(value) ||
    /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ||
    /^\/nix\/store\//.test(value) ||
    /^(?:AAAA|ssh-|ecdsa-|sk-ssh)/.test(value) ||
    /^v?\d+(?:\.\d+){1,3}/.test(value)
  );
}

/** Looks like nothing that a person would write: mixed characters without a shape of words. */
export function isRandom(given: string, least: number): boolean {
  // What was found before counts for nothing, or the length of its token would.
  const value = given.replaceAll(VEIL, '');
  if (value.length < least || /\s/.test(value)) return false;
  const hasDigit = /\d/.test(value);
  const hasLetter = /[A-Za-z]/.test(value);
  if (!hasDigit || !hasLetter)
    return /[^\w\s.,:/-]/.test(value) && hasLetter && /[a-z]/.test(value) && /[A-Z]/.test(value);
  return entropy(value) >= (value.length >= 20 ? 3.2 : value.length >= 12 ? 2.8 : 2.3) && !isWordy(value);
}

/** What somebody, or a program for somebody, chose for a password: never a word alone, a number, a path. */
export function isChosen(value: string): boolean {
  if (isPlaceholder(value) || /^[a-z]+:\/\/|^[\w.-]+@[\w.-]+$/i.test(value)) return false;
  // Twice from small to capital letters: no word does that.
  if (/^[A-Za-z]{8,}$/.test(value)) return (value.match(/[a-z][A-Z]/g)?.length ?? 0) >= 2;
  return (
    isRandom(value, 8) ||
    (/[a-z]/i.test(value) && /[\d#!%*^&$]/.test(value) && /[^a-z0-9.,:;/_-]/.test(value))
  );
}

/** `web-tls-2`, `db_password_v2`, `node01.lan:8080`: words with separators and short numbers. */
function isWordy(value: string): boolean {
  const parts = value.split(/[-_.:/@=]+/);
  return parts.length > 1
    ? parts.every((part) => /^(?:[A-Za-z]*[a-z]{2,}\d{0,3}|[A-Z]{2,}\d{0,3}|\d{1,5}|[a-z]|v\d+|)$/.test(part))
    : /^[A-Za-z]?[a-z]{3,}\d{0,2}$/.test(value);
}

/** Bits a character. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

const PROSE =
  /^(?:a|an|and|any|are|as|at|authentication|be|but|by|can|cannot|check|could|did|do|does|each|enter|expires?|failed|for|from|get|got|has|have|if|in|incorrect|invalid|is|it|its|login|may|minimum|must|need|needs|new|no|not|of|on|one|only|or|please|request|reset|see|should|since|that|the|this|to|too|unexpected|use|used|user|using|via|was|will|with|you|your)$/i;

const ABOUT =
  /^(?:passwords?|tokens?|secrets?|changed|updated|information|successfully|errors?|expired|required)$/i;

/** Words of a sentence rather than a pass phrase. */
export function isProse(text: string): boolean {
  const words = text.split(/\s+/).map((word) => word.replace(/[.,;:!?'"()]/g, ''));
  if (words.length < 2) return false;
  if (words.some((word) => ABOUT.test(word))) return true;
  const telling = words.filter((word) => PROSE.test(word) && (word.length > 1 || words.length > 4));
  return telling.length / words.length >= 0.2;
}
