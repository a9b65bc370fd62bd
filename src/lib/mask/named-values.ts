import { type Span, VEIL } from './found.ts';
import { hintsAtSecret, isCountName, isNameOfSomeKey, kindOfName } from './names.ts';
import { readValue, type Value } from './read-value.ts';
import { isChosen, isPlaceholder, isProse, isPublicForm, isRandom } from './values.ts';

/**
 * Secrets that stand beside their name: env files, JSON, YAML, INI, HCL, Nix, XML, log fields, query strings, options.
 * Every step looks at most 64 characters back, and what was taken as a value is not looked at twice.
 */
export function findNamed(line: string): Span[] {
  const spans: Span[] = [];
  const hint = HINT;
  hint.lastIndex = 0;
  for (let hit = hint.exec(line); hit !== null; hit = hint.exec(line)) {
    const name = readName(line, hit.index, hint.lastIndex);
    hint.lastIndex = Math.max(hint.lastIndex, name.end);
    const place = placeOf(line, name);
    if (place === null) continue;
    const kind = name.kind;
    // A quote that opens before the name and not closes behind it closes behind the value.
    const isWithinQuotes = name.isInQuotes && !/["'\\]/.test(line.charAt(name.end));
    const isLineStart = name.isLineStart && !isWithinQuotes;
    if (isWithinQuotes && line[place.at] === line[name.start - 1]) continue;
    const value = readValue(line, place.at, { ...place, isLineStart });
    if (value === null) continue;
    if (!isSecret(line, name, place, value)) {
      // A bare word that was turned down is over; a quoted text can hold names of its own.
      // So can a short one that goes on behind a sign: `load-key: passphrase=x`.
      const isOver = value.quote === null && !(value.end - value.start < 256 && hasSign(line, value));
      if (isOver) hint.lastIndex = Math.max(hint.lastIndex, value.end);
      continue;
    }
    // In JSON a bare value can only be a number, and ends where that does.
    const number =
      value.quote === null && line[name.end] === '"'
        ? /^-?\d[\d.]*(?=[\s,\]}]|$)/.exec(line.slice(value.start, value.end + 1))?.[0]
        : undefined;
    const end = number === undefined ? value.end : value.start + number.length;
    spans.push({
      kind: kind ?? 'secret',
      start: value.start,
      end,
      ...(number === undefined ? {} : { isBare: true }),
    });
    hint.lastIndex = Math.max(hint.lastIndex, value.end);
  }
  return spans;
}

function isOpenQuote(line: string, at: number): boolean {
  return /["'`]/.test(line.charAt(at - 1));
}

function hasSign(line: string, { start, end }: Value): boolean {
  return (
    /^[\w./-]{3,64}(?:[:=](?!=)|$)/.test(line.slice(start, end + 1)) ||
    kindOfName(line.slice(start, end)) !== null
  );
}

const HINT =
  /_pat(?![a-z])|pass|pwd|psk|secret|token|key|cred|kennwort|connection.?string|(?<![a-z])pw(?![a-z])|(?:bind|root|admin|user|db|smb|mail)pw|auth|encrypt/gi;

const LONGEST_NAME = 64;

interface Name {
  text: string;
  /** Before its dashes, and after its last character. */
  start: number;
  end: number;
  /** null: only hints at one. */
  kind: string | null;
  isOption: boolean;
  isLineStart: boolean;
  isInQuotes: boolean;
}

function readName(line: string, from: number, to: number): Name {
  let start = from;
  while (start > 0 && from - start < LONGEST_NAME && isNameCode(line.charCodeAt(start - 1))) start -= 1;
  let end = to;
  while (end < line.length && end - to < LONGEST_NAME && isNameCode(line.charCodeAt(end))) end += 1;
  while (end > to && /[.-]/.test(line.charAt(end - 1))) end -= 1;
  let text = line.slice(start, end);
  // A value of a query may begin with a dash too, and no word behind the address is its own.
  const isOption =
    /^--?[a-z]/i.test(text) && !/[?&][\w-]{1,24}=$/.test(line.slice(Math.max(0, start - 26), start));
  text = text.replace(/^[-.]+/, '');
  let kind = kindOfName(text);
  if (kind === null && /^(?:keys?|string)$/i.test(text)) {
    const before = /[A-Za-z]{2,20}[ _]$/.exec(line.slice(Math.max(0, start - 21), start))?.[0] ?? '';
    kind = before === '' ? null : kindOfName(before + text);
  }
  // `Secret ID`, `API Key 1`, `secret access key`, each before its separator.
  const more = /^ (?:access key|id|key|value|\d{1,2})(?=["']?[ \t]{0,40}[:=]|[ \t]{2,40}[\da-zA-Z])/i.exec(
    line.slice(end, end + 64),
  )?.[0];
  if (more !== undefined && (kind !== null || /key$/i.test(more))) {
    const longer = kindOfName(text + more) ?? (/\d$/.test(more) ? kind : null);
    if (longer !== null) {
      kind = longer;
      end += more.length;
    }
  }
  const before = line.slice(Math.max(0, start - 80), start);
  return {
    text,
    start,
    end,
    kind,
    isOption,
    isLineStart:
      start <= 80 &&
      /^(?:[\w./@-]{1,56}:(?:\d{1,6}:)?[ \t]{0,4})?[\s>|+*#-]{0,16}(?:export |set |set -[A-Za-z]{1,3} |setx |ENV |ARG |Environment=|declare -x |let |const )?\\?["']?[$]?$/i.test(
        before,
      ),
    isInQuotes: /["']$/.test(before) && line[start] !== '.',
  };
}

/** Letters, digits, `_`, `.`, `-`. */
function isNameCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46
  );
}

type Separator = '=' | ':' | '>' | ' ' | 'is';

export interface Place {
  /** Where the value begins. */
  at: number;
  separator: Separator;
  hasSpace: boolean;
}

const EXPLICIT =
  /(?:\\{0,3}["'`])?\]?([ \t]{0,40})(=>|:=|\?=|={1,2}|::(?=[ \t])|:(?![:/]{2}))([ \t]{0,40})(?:(?:&?str|string|String|SecretStr|Optional\[str\]|Secret)[ \t]{0,4}=[ \t]{0,4})?/y;
const SPOKEN =
  /[ \t]{1,2}(?:for [\w.@-]{1,64} (?=has|was|is|set|changed|reset))?(?:(?:has been |was |is )?(?:set |changed |reset )?(?:is|was|to)(?: now)?:?|with value)?[ \t]{0,2}(?=[^\s:=])/y;

function placeOf(line: string, { text, start, end, kind, isOption, isLineStart }: Name): Place | null {
  EXPLICIT.lastIndex = end;
  const explicit = EXPLICIT.exec(line);
  if (explicit !== null) {
    const sign = explicit[2] ?? '=';
    // `${PASSWORD:-default}` and `${PASSWORD:?must be set}`.
    const isDefault = line.slice(Math.max(0, start - 2), start) === '${';
    if (isDefault && !/^:?[-=]/.test(line.slice(end, end + 2))) return null;
    const skip = isDefault && line[EXPLICIT.lastIndex] === '-' ? 1 : 0;
    return {
      at: EXPLICIT.lastIndex + skip,
      separator: sign === ':' || sign === '::' ? ':' : '=',
      hasSpace: (explicit[3] ?? '') !== '',
    };
  }
  if (kind === null) return null;
  // `define('DB_PASSWORD', 'x')`, `["--password", "x"]`.
  const listed = /^\\{0,3}["'],[ \t]{0,4}(?=\\{0,3}["'])/.exec(line.slice(end, end + 12));
  if (listed !== null && (isOption || /define\([ \t]?["']$/.test(line.slice(Math.max(0, start - 9), start))))
    return { at: end + listed[0].length, separator: '=', hasSpace: true };
  // `<password>x<`, `<secret type="string">x<`
  if (line[start - 1] === '<') {
    const rest = /^(?:[ \t][^<>\n]{1,100})?(?<!\/)>/.exec(line.slice(end, end + 102))?.[0];
    if (rest !== undefined) return { at: end + rest.length, separator: '>', hasSpace: false };
  }
  // A table has its columns further apart.
  const gap = (isLineStart ? /^[ \t]{1,40}(?=\S)/ : /^[ \t]{1,4}(?=\S)/).exec(line.slice(end, end + 41))?.[0];
  if (gap === undefined) return null;
  const at = end + gap.length;
  if (isOption) return line[at] === '-' ? null : { at, separator: ' ', hasSpace: true };
  // `requirepass x`, `PASSWORD 'x'` of SQL, `password x` of a netrc.
  if (/^(?:requirepass|masterauth|primaryauth|bindpw|rootpw)$/i.test(text) && line[at] !== '-')
    return { at, separator: ' ', hasSpace: true };
  if (kind === 'password' && line[at] === "'") return { at, separator: ' ', hasSpace: true };
  if (
    kind === 'password' &&
    /^password$/i.test(text) &&
    /\b(?:login|machine|nmcli)\b/.test(line.slice(Math.max(0, start - 200), start))
  )
    return { at, separator: ' ', hasSpace: true };
  if (gap.length > 4) return { at, separator: 'is', hasSpace: true };
  SPOKEN.lastIndex = end;
  if (
    (kind === 'password' ||
      kind === 'token' ||
      kind === 'api-key' ||
      kind === 'secret' ||
      kind === 'pre-shared-key' ||
      isLineStart ||
      line[at] === '"') &&
    SPOKEN.test(line)
  )
    return { at: SPOKEN.lastIndex, separator: 'is', hasSpace: true };
  return null;
}

/** `--password via the command line is insecure`. */
const IN_SENTENCE =
  /^(?:via|is|was|or|and|on|in|for|to|from|with|instead|can|will|should|must|may|option|flag|argument|of|as|at|by)[.,:;]?$/i;

const COMPLAINT =
  /\b(?:unexpected|invalid|expected|next|bad|missing|unknown|wrong|incorrect|no|illegal|duplicate|parse|syntax)["'`]? $/i;

function isSecret(line: string, name: Name, { separator, hasSpace }: Place, value: Value): boolean {
  const text = line.slice(value.start, value.end);
  if (text.length < 3 || isPlaceholder(text) || isMaskedBut(text, 3)) return false;
  // The quote was the end of one string, and this is what stands between it and the next.
  if (value.quote !== null && /^(?:[\]}[{,:\s\d.-]|true|false|null)*$/.test(text) && /^[\]},:]/.test(text))
    return false;
  if (/^(?:https?|arn|urn|oci|docker):/i.test(text)) return false;
  // A part of Amazon's name for it.
  if (/\barn:[\w:/-]{0,160}$/.test(line.slice(Math.max(0, name.start - 160), name.start))) return false;
  if (name.kind === null && isNameOfSomeKey(name.text))
    return isRandom(text, 20) && !isPublicForm(text) && /^[\w+/=.~-]+$/.test(text);
  if (name.kind === null) {
    if (!hintsAtSecret(name.text) || !isRandom(text, 16) || isPublicForm(text)) return false;
    return /[a-z]/.test(text) && /[A-Z]/.test(text) && /^[\w+/=.~-]+$/.test(text);
  }
  // `pass: 14, fail: 2` of a test run.
  if (/^\d{1,4}(?: \w+)?$/.test(text) && /^pass$/i.test(name.text)) return false;
  // What a command gives.
  if (value.quote === '`' && separator === '=' && text.includes(' ')) return false;
  if (/^-?\d{1,6}(?:[./]\d+)?[a-z%]{0,2}$/i.test(text) && (isCountName(name.text) || separator === ' '))
    return false;
  if (separator === 'is' && name.isLineStart && value.end === line.trimEnd().length && isTabled(text))
    return true;
  if (separator === 'is')
    return isSpokenSecret(text, name.kind, line.slice(name.end, value.start), value.quote);
  if (COMPLAINT.test(line.slice(Math.max(0, name.start - 16), name.start)))
    return (
      isRandom(text, 10) || (name.kind === 'password' && isOpenQuote(line, value.start) && isChosen(text))
    );
  if (separator === ' ' && value.quote === null && IN_SENTENCE.test(text)) return false;
  if (value.quote !== null || value.isRest)
    return !isProse(text) && text !== name.text && !(value.isRest && isReference(text, name, separator));
  if (isReference(text, name, separator)) return false;
  if (separator !== ':') return true;
  if (!hasSpace) {
    if (/^(?:latest|stable|v?\d+(?:\.\d+)*(?:[.-][a-z0-9]+)*)$/.test(text)) return false;
    return name.kind === 'password' || value.isLast || isRandom(text, 6);
  }
  return value.isLast || /\d|[^A-Za-z.,:;()/-]/.test(text);
}

/** What was found in it before leaves fewer than so many letters and digits. */
function isMaskedBut(text: string, least: number): boolean {
  return text.includes(VEIL) && (text.match(/[A-Za-z0-9]/g)?.length ?? 0) < least;
}

/** Alone behind its name: a row of a table, a line of a netrc. */
function isTabled(text: string): boolean {
  return (
    /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$|^[\da-f]{32,}$/.test(text) ||
    (isRandom(text, 8) && !isPublicForm(text))
  );
}

/** In a sentence only what cannot be a word of it. Object names (`secret db-creds-x7`) are none. */
function isSpokenSecret(text: string, kind: string, between: string, quote: string | null): boolean {
  if (kind === 'password' && quote !== null && /\b(?:is|was|to)\b/.test(between)) return !isProse(text);
  // `pppoe password "x"`
  if (kind === 'password' && quote !== null && isChosen(text)) return true;
  // Objects have names in quotes, and none of them a capital letter.
  if (kind === 'secret' && quote !== null && isChosen(text) && /[A-Z]/.test(text)) return true;
  // `The password is: winter-tiger-889`
  if (kind === 'password' && /\b(?:is|was|to):[ \t]*$/.test(between)) return /\d/.test(text);
  if (kind === 'pre-shared-key') return /^[\da-f]{64}$/i.test(text) || isRandom(text, 16);
  // Of 128 bits and more, and no name: `app token azgdp4…`.
  if (kind !== 'password' && /^[a-z0-9]{24,}$/i.test(text) && !isPublicForm(text))
    return (text.match(/\d/g)?.length ?? 0) >= 4 || isChosen(text);
  // `rejected token 1d85ad8d…`: a digest is called one.
  if ((kind === 'token' || kind === 'api-key') && /^[\da-f]{32,}$/i.test(text)) return true;
  if (isPublicForm(text) && !(/\b(?:is|was|to)\b/.test(between) && /^[\da-f]{32,}$/i.test(text)))
    return false;
  if (/^[\da-f]{32,}$/i.test(text)) return true;
  if (kind === 'secret' && /\b(?:is|was|to)\b/.test(between) && /^[A-Z2-7]{16,}$/.test(text))
    return isRandom(text, 16);
  if (kind === 'password')
    return (
      (isRandom(text, 8) && /[^a-z]/.test(text)) ||
      isUnspeakable(text) ||
      (isChosen(text) && /\d\d/.test(text))
    );
  return isRandom(text, 16) && /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text);
}

/** Letters alone, and no word of any language: both cases, five consonants in a row. */
function isUnspeakable(text: string): boolean {
  return (
    /^[A-Za-z]{8,}$/.test(text) &&
    /[a-z]/.test(text) &&
    /[A-Z]/.test(text.slice(1)) &&
    /[bcdfghjklmnpqrstvwxz]{5}/i.test(text)
  );
}

/** `password=password`, `api_key = settings.api_key`, `token: databaseToken` in code. */
function isReference(text: string, name: Name, separator: Separator): boolean {
  if (text === name.text || (/^[A-Z]+(?:_[A-Z]+)+$/.test(text) && kindOfName(text) !== null)) return true;
  // `pam_unix(sudo:auth)`, `pam_unix(passwd:chauthtok)`
  if (/^(?:auth|account|session|chauthtok|setcred)\b/.test(text) && separator === ':') return true;
  // nsswitch.conf(5).
  if (
    /^(?:passwd|shadow|gshadow)$/.test(name.text) &&
    /^(?:files|compat|systemd|sss|ldap|db|nis|winbind|cache)\b/.test(text)
  )
    return true;
  // An object's name: `secret: web-tls`.
  if (
    /^(?:existing|image|pull|tls|cert|external)?secret$/i.test(name.text) &&
    separator === ':' &&
    /^[a-z]+(?:-[a-z0-9]{1,12})+$/.test(text)
  )
    return true;
  // With its namespace: `secret=external/db-creds`.
  if (
    /secrets?$/i.test(name.text) &&
    /^[a-z]+(?:-[a-z0-9]{1,12})*(?:\/[a-z]+(?:[-_.][a-z0-9]{1,12})*){1,4}$/.test(text)
  )
    return true;
  if (/^(?:[A-Z]?[a-z_]+(?:[A-Z][a-z]+){0,3}\.)+[A-Z]?[a-z_]+(?:[A-Z][a-z]+){0,3}$/.test(text)) return true;
  if (separator !== '=' && separator !== ':') return false;
  return /^[a-z]+(?:_[a-z]+)+$|^[a-z]+(?:[A-Z][a-z]+)+$/.test(text) && kindOfName(text) !== null;
}
