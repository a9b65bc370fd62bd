import { createHmac, randomBytes } from 'node:crypto';

/**
 * Puts tokens in place of secrets before text is shown, logged or sent. Never used on what is executed. Equal secrets
 * get equal tokens within one masker; its salt keeps a short token from being a way back to a weak password.
 */
export interface Masker {
  /** Linear in the length of the text; masking twice is masking once. */
  mask(text: string): string;
  /** Does it hold a token that `mask` made? Such text must not be written or run. */
  hasMask(text: string): boolean;
}

/** `knownSecrets`: values to mask wherever they stand; those under six characters are ignored. */
export function createMasker(knownSecrets: readonly string[]): Masker {
  const salt = randomBytes(16);
  const known = knownPattern(knownSecrets);
  const token = (value: string): string =>
    `[masked:${createHmac('sha256', salt).update(value).digest('hex').slice(0, 4)}]`;
  const pass = (text: string): string => {
    let result = text;
    if (known !== undefined)
      result = result.replace(known, (found) => (isToken(found) ? found : token(found)));
    for (const shape of SHAPES) result = maskShape(result, shape, token);
    return result;
  };
  return {
    mask(text) {
      let result = text;
      // What one shape leaves can complete another; it settles at once or with the second look.
      for (let i = 0; i < 4; i++) {
        const next = pass(result);
        if (next === result) break;
        result = next;
      }
      return result;
    },
    hasMask: (text) => /\[masked:[0-9a-f]{4}\]/.test(text),
  };
}

interface Shape {
  /** Text that must be there, in lower case, before the pattern is tried at all. */
  hint: RegExp;
  /** Group 1, if it has two groups, is kept; the last group is the secret. */
  pattern: RegExp;
  isWorthMasking?: (value: string) => boolean;
}

/**
 * Words that name a secret, when they stand right before `:` or `=`. `secretName`, `token_count` and `password_file`
 * are not among them.
 */
const NAMES =
  'pass(?:word|wd|phrase)|passcode|pwd|secret|secret[ _-]?(?:key|id|value)|token|api[ _-]?key|access[ _-]?key|account[ _-]?key|auth[ _-]?key|private[ _-]?key|encryption[ _-]?key|signing[ _-]?key|master[ _-]?key|session[ _-]?key|credential|secret[ _-]?access[ _-]?key|client[ _-]?secret|connection[ _-]?string|psk|gossip[ _-]?key';

const NAME = new RegExp(NAMES, 'i');

/**
 * Every repetition is bounded or over one class of characters that cannot start a second match inside itself, so that
 * no input makes them slow. Shapes of providers' keys are from their own documentation.
 */
const SHAPES: readonly Shape[] = [
  {
    hint: /-----BEGIN /,
    pattern:
      /(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$))/g,
  },
  { hint: /AGE-SECRET-KEY-/i, pattern: /\b(AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{20,})/gi },
  { hint: /eyJ/, pattern: /(?<![\w-])(eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)/g },
  { hint: /(?:AKIA|ASIA)/, pattern: /(?<![A-Za-z0-9])((?:AKIA|ASIA)[0-9A-Z]{16})(?![A-Za-z0-9])/g },
  { hint: /gh[pousr]_|github_pat_/, pattern: /(?<![A-Za-z0-9])((?:gh[pousr]_|github_pat_)\w{20,})/g },
  {
    hint: /sk-|sk_|rk_|glpat-|gldt-|glrt-|nvapi-|tskey-|pypi-|npm_|dop_|hf_|xai-|gsk_|AIza|dckr_pat_|shpat_|atlasv1|SG\./,
    pattern:
      /(?<![A-Za-z0-9])((?:sk-|sk_live_|sk_test_|rk_live_|glpat-|gldt-|glrt-|nvapi-|tskey-|pypi-|npm_|dop_v1_|hf_|xai-|gsk_|dckr_pat_|shpat_)[\w-]{20,}|AIza[\w-]{35}|SG\.[\w-]{16,}\.[\w-]{16,})/g,
    isWorthMasking: (value) => /\d/.test(value) && /[A-Za-z]/.test(value),
  },
  { hint: /xox|xapp-/, pattern: /(?<![A-Za-z0-9])((?:xox[a-z]|xapp)-[\w-]{10,})/g },
  {
    hint: /hooks\.slack\.com|discord/,
    pattern:
      /((?:hooks\.slack\.com\/services|discord(?:app)?\.com\/api\/webhooks)\/)([\w-]{5,}(?:\/[\w-]{5,}){1,2})/g,
  },
  { hint: /hv[sbr]\./, pattern: /(?<![A-Za-z0-9])(hv[sbr]\.[\w-]{20,})/g },
  { hint: /s\./, pattern: /(?<![\w.-])(s\.[A-Za-z0-9]{24})(?![\w.-])/g, isWorthMasking: hasDigitAndLetters },
  { hint: /\$/, pattern: /((?<!\w)\$(?:1|2[abxy]|5|6|7|y|gy|argon2id?|scrypt)\$[\w./$=,+-]{20,})/g },
  { hint: /\d:AA/, pattern: /(?<!\d)(\d{8,10}:AA[\w-]{33})(?![\w-])/g },
  {
    hint: /authorization/i,
    pattern:
      /(authorization["']?[ \t]{0,4}[:=][ \t]{0,4}["']?(?:(?:bearer|basic|token|negotiate|digest|apikey)[ \t]{1,4})?)([^\s"',;]{4,})/gi,
    isWorthMasking: (value) => !/^(?:bearer|basic|token|negotiate|digest|apikey)$/i.test(value),
  },
  { hint: /bearer/i, pattern: /(\bbearer[ \t]{1,4})([\w.~+/=-]{16,})/gi },
  { hint: /cookie/i, pattern: /(\b(?:set-)?cookie["']?[ \t]{0,4}:[ \t]{0,4}["']?)([^\r\n"']{4,})/gi },
  { hint: /access-tokens/, pattern: /(\baccess-tokens[ \t]{0,20}=[ \t]{0,20})([^\s][^\r\n]*)/g },
  {
    hint: /:\/\//,
    pattern: /(:\/\/[^\s/:@"'<>]{0,96}:)([^\s/@"'<>]{1,200})(?=@)/g,
    isWorthMasking: (value) => !/^\$\{?\w+\}?$/.test(value),
  },
  // In double quotes, in single quotes, in double quotes inside a JSON string, without quotes or without their end.
  named('["\']?', '"', '(?:[^"\\\\\\n]|\\\\[^\\n])+', '(?=")'),
  named('["\']?', "'", "[^'\\n]+", "(?=')"),
  named('(?:\\\\")?', '\\\\"', '[^"\\\\\\n]+', ''),
  named('["\']?', '["\']?', '[^\\s"\',;&]+', ''),
  {
    hint: /--/,
    pattern: new RegExp(`(--(?:[a-z]+-)?(?:${NAMES})[ \\t]{1,4})([^\\s"',;&-][^\\s"',;&]*)`, 'gi'),
    isWorthMasking: isSecretValue,
  },
];

/** A name from NAMES, `:` or `=`, and a value between `open` and `close`. */
function named(afterName: string, open: string, value: string, close: string): Shape {
  const before = '(?<!(?:unexpected|invalid|expected|next|bad) )';
  const separator = '[ \\t]{0,20}(?:=>|:=|==|[:=])[ \\t]{0,20}';
  return {
    hint: NAME,
    pattern: new RegExp(`(${before}(?:${NAMES})${afterName}${separator}${open})(${value})${close}`, 'gi'),
    isWorthMasking: isSecretValue,
  };
}

function maskShape(text: string, shape: Shape, token: (value: string) => string): string {
  if (!shape.hint.test(text)) return text;
  return text.replace(shape.pattern, (whole: string, first: string, second: string | number) => {
    const value = typeof second === 'string' ? second : first;
    const kept = typeof second === 'string' ? first : '';
    if (value.startsWith('[masked:')) return whole;
    if (shape.isWorthMasking !== undefined && !shape.isWorthMasking(value)) return whole;
    return kept + token(value);
  });
}

/** Not a placeholder, a reference, a path or a word that only says whether there is one. */
function isSecretValue(value: string): boolean {
  if (value.length < 3) return false;
  if (
    /^(?:true|false|null|none|nil|yes|no|on|off|undefined|unset|empty|required|missing|changed|expired|string|redacted|x{3,}|\*+|\.{3})[.)\]}]?$/i.test(
      value,
    )
  ) {
    return false;
  }
  if (/^(?:\$|%|\{\{|<|\()/.test(value)) return false;
  return !/^(?:\/[\w.@-]+){2,}\/?$/.test(value);
}

function hasDigitAndLetters(value: string): boolean {
  return /\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value);
}

function isToken(text: string): boolean {
  return /^\[masked:[0-9a-f]{4}\]$/.test(text);
}

const SHORTEST = 6;

/** Longest first, also as they look inside a JSON string or a URL. A token that is there already is stepped over. */
function knownPattern(values: readonly string[]): RegExp | undefined {
  const spellings = new Set<string>();
  for (const value of values) {
    if (value.length < SHORTEST) continue;
    spellings.add(value);
    spellings.add(JSON.stringify(value).slice(1, -1));
    if (value.isWellFormed()) spellings.add(encodeURIComponent(value));
  }
  if (spellings.size === 0) return undefined;
  const longestFirst = [...spellings].sort((a, b) => b.length - a.length);
  const escaped = longestFirst.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(['\\[masked:[0-9a-f]{4}\\]', ...escaped].join('|'), 'g');
}
