import { LINE_HINTS } from './lines.ts';
import { SHAPE_HINT } from './shapes.ts';

/** Whose name alone makes `["curl","-u","me:x"]` worth a look: between its arguments stand no spaces. */
const LISTED = ['aria2c', 'crane', 'createuser', 'curl', 'htpasswd', 'influx', 'lftp', 'oras', 'wget', 'xh'];
const LIST_JOINTS = ['",', "',", '" a'];

/** The patterns of joined.ts, made from the rules. Too dear for every start: it is done when a rule changes. */
export function joinRules(): Record<'line' | 'shape', string> {
  const patterns = LINE_HINTS.flatMap((hint) => (hint instanceof RegExp ? [hint.source] : []));
  const words = LINE_HINTS.flatMap((hint) => (hint instanceof RegExp ? [] : hint));
  return {
    line: joinTriggers(
      [
        '_pat(?![a-z])|pass|pwd|psk|secret|token|key|cred|kennwort|connection.?string|(?<![a-z])pw(?![a-z])|auth|encrypt',
        'bindpw|rootpw|adminpw|userpw|dbpw|smbpw|mailpw|community',
        ...patterns,
      ],
      [...words, ...LISTED.flatMap((program) => LIST_JOINTS.map((joint) => program + joint))],
    ),
    shape: joinTriggers([SHAPE_HINT], []),
  };
}

function escapeWord(word: string): string {
  return word.replaceAll(/[.(*+?$^|{}[\])]/g, '\\$&');
}

/**
 * One pattern for all that must stand in a line before it is worth a closer look. Every line of every log goes through
 * it, so plain words stand together, by their first letter, and what another one already finds is left out: as many
 * alternatives side by side would take half as long again.
 */
function joinTriggers(sources: readonly string[], given: readonly string[]): string {
  const all = [...new Set(sources.flatMap(alternatives))];
  const plain = [
    ...new Set([...all.filter(isPlain).map((source) => source.replaceAll(/\\(.)/g, '$1')), ...given]),
  ];
  const words = plain.filter((word) => !plain.some((other) => other !== word && word.includes(other)));
  const others = all.filter((source) => !isPlain(source) && !isCovered(source, words));
  const byLetter = new Map<string, string[]>();
  for (const word of words.sort()) {
    const [first = ''] = word;
    byLetter.set(first, [...(byLetter.get(first) ?? []), escapeWord(word.slice(first.length))]);
  }
  const grouped = [...byLetter].map(
    ([first, rests]) =>
      escapeWord(first) + (rests.length === 1 ? (rests[0] ?? '') : `(?:${rests.join('|')})`),
  );
  return [...grouped, ...others].join('|');
}

/** Split at every `|` that stands in no bracket. */
function alternatives(source: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at += 1;
    else if (char === '(' || char === '[') depth += 1;
    else if (char === ')' || char === ']') depth -= 1;
    else if (char === '|' && depth === 0) {
      found.push(source.slice(start, at));
      start = at + 1;
    }
  }
  return [...found, source.slice(start)];
}

/** Begins with itself, and means nothing but itself. */
function isPlain(source: string): boolean {
  return /^[\w :/@-](?:[\w :/@-]|\\[./(])*$/.test(source);
}

/** `(?:password|secret) [0-9]`: each of its beginnings is found already. */
function isCovered(source: string, words: readonly string[]): boolean {
  const heads = /^\(\?:([\w|]+)\)/.exec(source)?.[1]?.split('|');
  return heads?.every((head) => words.some((word) => head.includes(word))) === true;
}
