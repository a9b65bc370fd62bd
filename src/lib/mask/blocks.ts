import { numberLength, type Span } from './found.ts';
import { kindOfName } from './names.ts';
import { isChosen, isPlaceholder, isProse, isPublicForm, isRandom } from './values.ts';

/** Secrets that run over several lines, or whose name stands on another line than they do. */

/** `Use the following password to go on:`, and then it stands alone. */
export const ANNOUNCED =
  '\\b(?:your|the following|initial|generated|temporary|new|this|setup|join|enrol?lment|bootstrap|registration)\\b[^\\n:]{0,40}\\b(password|passphrase|passcode|token|api key|access key|secret)\\b[^\\n:"\'{}=]{0,80}:[ \\t]*\\r?\\n';

export const BLOCK_HINT =
  '(?:pass(?:word|phrase|code)|token|key|secret)\\b[^\\n:]{0,80}:[ \\t]*\\r?\\n|auth-user-pass>|Static key|NKEY SEED|variable[ \\t]"|PRIVATE KEY|PRIVATE-KEY|kind["\']?:[ \\t]*["\']?Secret|value["\']?[ \\t]*[:=]|[|>][+-]?\\d?[ \\t]*\\n';

/** To its end, or as far as it was kept; a quote closes the string that it stands in. */
const KEY_BLOCK =
  /-----BEGIN (?:[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1|USER NKEY SEED)-----(?:[^"'`<>\\]|\\+(?!["'`<>\\]))*?(?:-----END (?:[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1|USER NKEY SEED)-----|(?=\\*["'`<>]|\\*$))/g;

/** The head of the block was cut off; its lines of base64 stand before the end that is left. */
const HEADLESS =
  /((?:^|\n)(?:[ \t]{0,40}(?:\d{1,7}\t)?[A-Za-z0-9+/=]{16,128}[ \t]{0,4}\r?\n){1,400})[ \t]{0,40}(?:\d{1,7}\t)?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** Kubernetes, Nomad, Docker: `- name: DB_PASSWORD`, then `value: x`; also `"key": …, "value": …` and XML's attributes. */
const PAIR =
  /\b(?:name|key|variable)\\?["']?[ \t]{0,8}[:=][ \t]{0,8}\\?["']?([\w.-]{1,100})\\?["']?[\s\d,]{0,60}\\?["']?value\\?["']?[ \t]{0,8}[:=][ \t]{0,8}(\\?["'])?((?:(?<=")[^"\\\n]{1,2000}|(?<=')[^'\\\n]{1,2000}|[^\s"'\\,}{]{1,2000}))/gi;

export function findBlocks(text: string): Span[] {
  const spans: Span[] = [];
  if (/PRIVATE KEY|Static key V1|NKEY SEED/.test(text)) {
    for (const { 0: block, index } of text.matchAll(KEY_BLOCK))
      spans.push({ kind: 'pem', start: index, end: index + block.length });
    if (text.includes('-----END ') && spans.length === 0)
      for (const { 0: block, index } of text.matchAll(HEADLESS)) {
        const start = index + (block.startsWith('\n') ? 1 : 0);
        spans.push({ kind: 'pem', start, end: index + block.length });
      }
  }
  if (/value/i.test(text)) {
    for (const match of text.matchAll(PAIR)) {
      const kind = kindOfName(match[1] ?? '');
      const value = match[3] ?? '';
      if (kind === null || value.length < 3 || isPlaceholder(value)) continue;
      const end = match.index + match[0].length;
      spans.push({ kind, start: end - value.length, end });
    }
  }
  if (/[|>][+-]?\d?[ \t]*\r?\n/.test(text)) spans.push(...findScalars(text));
  spans.push(...findAnnounced(text));
  if (/kind["']?:[ \t]{0,8}["']?Secret\b/.test(text)) spans.push(...findSecretData(text));
  return spans;
}

/** Alone on a line of its own, below what says so. */
function findAnnounced(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(ANNOUNCED_VALUE)) {
    const value = match[2] ?? '';
    const isSecret = /^pass/i.test(match[1] ?? '')
      ? isChosen(value)
      : isRandom(value, 16) && !isPublicForm(value);
    if (!isSecret && !/^[\da-f]{24,}$/.test(value)) continue;
    const start = match.index + match[0].lastIndexOf(value);
    spans.push({ kind: 'password', start, end: start + value.length });
  }
  // OpenVPN's user and password, within its configuration.
  for (const { 0: block, 1: value = '', index } of text.matchAll(
    /<auth-user-pass>[ \t]*\r?\n[^\n<]{1,128}\n[ \t]{0,8}([^\s<]{1,128})/g,
  ))
    spans.push({ kind: 'password', start: index + block.length - value.length, end: index + block.length });
  // cloud-init's.
  if (text.includes('chpasswd:'))
    for (const { 0: list, index } of text.matchAll(CHPASSWD))
      for (const { 0: entry, 1: value = '', index: at } of list.matchAll(
        /\n[ \t]{1,40}[\w.-]{1,64}:(\S{3,256})/g,
      )) {
        const end = index + at + entry.length;
        if (!isPlaceholder(value) && value !== 'RANDOM' && value !== 'R')
          spans.push({ kind: 'password', start: end - value.length, end });
      }
  // What a variable of Terraform is if nobody says otherwise.
  if (text.includes('variable'))
    for (const match of text.matchAll(VARIABLE)) {
      const kind = kindOfName(match[1] ?? '');
      const value = match[2] ?? '';
      if (kind === null || isPlaceholder(value) || isProse(value)) continue;
      const end = match.index + match[0].length;
      spans.push({ kind, start: end - value.length, end });
    }
  return spans;
}

const ANNOUNCED_VALUE = new RegExp(
  `${ANNOUNCED}(?:[ \\t]*\\r?\\n){0,2}[ \\t]{0,40}(\\S{6,512})[ \\t]*(?:\\r?\\n|$)`,
  'gi',
);

const CHPASSWD =
  /\bchpasswd:[ \t]*\r?\n(?:[ \t]{1,40}expire:[^\n]{0,20}\n)?[ \t]{1,40}list:[ \t]*[|>]?[+-]?\d?[ \t]*\r?(?:\n[ \t]{1,40}[\w.-]{1,64}:\S{1,256}[ \t]{0,4}){1,50}/g;

const VARIABLE =
  /\bvariable[ \t]{1,4}"([\w-]{1,100})"[ \t]{0,4}\{(?:[^"{}\n]{0,100}(?:"[^"\n]{0,300}"[^"{}\n]{0,40})?\n){0,8}?[ \t]{0,20}default[ \t]{0,20}=[ \t]{0,4}"([^"\n]{3,512})/g;

/** `password: |` and the lines that are set deeper. */
function findScalars(text: string): Span[] {
  const spans: Span[] = [];
  let open: { kind: string; depth: number } | null = null;
  forEachLine(text, (line, at) => {
    const depth = line.length - line.trimStart().length;
    if (open !== null) {
      if (line.trim() === '') return;
      if (depth > open.depth) {
        const value = line.trim();
        if (!isPlaceholder(value) && !isProse(value))
          spans.push({ kind: open.kind, start: at + depth, end: at + depth + value.length });
        return;
      }
      open = null;
    }
    const head = /^([ \t]{0,80}(?:- )?)["']?([\w.-]{1,100})["']?:[ \t]{1,8}[|>][+-]?\d?[ \t]*\r?$/.exec(line);
    const kind = head === null ? null : kindOfName((head[2] ?? '').replace(/\.(?:txt|key|env)$/, ''));
    if (kind !== null) open = { kind, depth };
  });
  return spans;
}

/** Whatever the keys of a Kubernetes Secret are called, its values are secret. */
function findSecretData(text: string): Span[] {
  const spans: Span[] = [];
  let depth = -1;
  forEachLine(text, (line, at) => {
    const indent = line.length - line.trimStart().length;
    if (depth >= 0 && line.trim() !== '' && indent <= depth) depth = -1;
    if (depth < 0) {
      if (/^[ \t]*["']?(?:data|stringData)["']?:[ \t]*\{?[ \t]*\r?$/.test(line)) depth = indent;
      return;
    }
    // In JSON only what is quoted: a bare value is none of a Secret's, and a bare token would be no JSON.
    const entry =
      /^[ \t]{0,80}(?:["'][\w.-]{1,253}["']:[ \t]{0,8}["']|[\w.-]{1,253}:[ \t]{0,8}["']?)([^\s"'\\]{3,})/.exec(
        line,
      );
    const value = entry?.[1]?.replace(/,$/, '') ?? '';
    if (entry === null || value.length < 3 || isPlaceholder(value)) return;
    const start = at + entry[0].length - (entry[1]?.length ?? 0);
    spans.push({ kind: 'secret', start, end: start + value.length });
  });
  return spans;
}

/** Numbers that Read puts before its lines are no part of them. */
function forEachLine(text: string, visit: (line: string, at: number) => void): void {
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf('\n', at);
    const end = next === -1 ? text.length : next;
    const skip = numberLength(text.slice(at, at + 16));
    visit(text.slice(at + skip, end), at + skip);
    at = end + 1;
  }
}
