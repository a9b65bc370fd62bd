import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { findInArguments } from './mask/arguments.ts';
import { BLOCK_HINT, findBlocks } from './mask/blocks.ts';
import { maskDeep } from './mask/deep.ts';
import {
  type Found,
  hasToken,
  isVeiled,
  keepEscapes,
  mergeSpans,
  numberLength,
  type Span,
  veilSpans,
  veilTokens,
} from './mask/found.ts';
import { LINE_TRIGGER, SHAPE_TRIGGER } from './mask/joined.ts';
import { createKnownFinder, hasKnownWord } from './mask/known.ts';
import { findInLine, rulesFor } from './mask/lines.ts';
import { findNamed } from './mask/named-values.ts';
import { findShapes } from './mask/shapes.ts';

export type { Found } from './mask/found.ts';

/**
 * Puts tokens in place of secrets before text is shown, logged or sent. Never used on what is executed. A token says
 * what kind of secret it stands for and tells equal ones from others: `[masked:password:3f2a]`.
 */
export interface Masker {
  /** Linear in the length of the text; masking twice is masking once. */
  mask(text: string): string;
  /** Where the secrets are, in order and without overlaps. Tokens that are there already are none. */
  find(text: string): Found[];
  /**
   * The same for every string of a JSON value, keys excepted. A string under a telling key is masked although nothing
   * in it tells: `{"password": "tiger"}`, `{"name": "DB_PASSWORD", "value": "tiger"}`.
   */
  maskValue(value: unknown): unknown;
  /** Nothing in this piece of a line is secret, or makes what follows it on the line secret. */
  isQuiet(piece: string): boolean;
  /** Does it hold a token that `mask` made? Such text must not be written or run. */
  hasMask(text: string): boolean;
}

/**
 * `knownSecrets`: values to mask wherever they stand; those under six characters are ignored. With the same `salt`
 * equal secrets get equal tokens; it keeps the four digits from being a way back to a weak password, so it is as
 * private as what it hides. Without one, tokens hold for this masker only.
 */
export function createMasker(
  knownSecrets: readonly string[],
  salt: string | Uint8Array = randomBytes(16),
): Masker {
  const findKnown = createKnownFinder(knownSecrets);
  // Made once, for it costs more than what it is used for, and not before there is a secret.
  let key: KeyObject | undefined;
  const tokenOf = ({ kind }: Span, value: string): string => {
    key ??= createSecretKey(typeof salt === 'string' ? Buffer.from(salt) : salt);
    return `[masked:${kind}:${createHmac('sha256', key).update(value).digest('hex').slice(0, 4)}]`;
  };
  // The same words come again at once: in a decision and its event, in an event and on the screen.
  const quiet: string[] = [];
  let oldest = 0;
  function mask(text: string): string {
    if (quiet.includes(text)) return text;
    const spans = findSpans(text, findKnown);
    if (spans.length === 0 && text.length <= LONGEST_KEPT) {
      // A copy: a piece of a long text keeps the whole of it alive.
      quiet[oldest] = JSON.parse(JSON.stringify(text)) as string;
      oldest = (oldest + 1) % MOST_KEPT;
    }
    let result = '';
    let at = 0;
    for (const span of spans) {
      const token = tokenOf(span, text.slice(span.start, span.end));
      result += text.slice(at, span.start) + (span.isBare === true ? `"${token}"` : token);
      at = span.end;
    }
    return at === 0 ? text : result + text.slice(at);
  }
  return {
    mask,
    maskValue: (value) => maskDeep(value, mask, (kind, text) => tokenOf({ kind, start: 0, end: 0 }, text)),
    find: (text) => findSpans(text, findKnown).map(({ kind, start, end }) => ({ kind, start, end })),
    isQuiet: (piece) =>
      ![LINE, SHAPE].some((trigger) => piece.search(trigger) !== -1) &&
      findKnown(piece).length === 0 &&
      !hasKnownWord(knownSecrets, piece),
    hasMask: hasToken,
  };
}

/** Of texts without a secret in them: how many are known at a time, and how many characters each has at most. */
const MOST_KEPT = 32;
const LONGEST_KEPT = 2_048;

/** Most lines of a log have none of it. The first is for what has a name or a syntax around it. */
const LINE = new RegExp(LINE_TRIGGER, 'gi');
const SHAPE = new RegExp(SHAPE_TRIGGER, 'g');
const BLOCK_TRIGGER = new RegExp(BLOCK_HINT, 'i');

function findSpans(text: string, findKnown: (text: string) => Span[]): Span[] {
  let veiled = veilTokens(text);
  const spans = findKnown(veiled);
  veiled = veilSpans(veiled, spans);
  if (BLOCK_TRIGGER.test(veiled)) {
    const blocks = fresh(findBlocks(veiled), veiled);
    veiled = veilSpans(veiled, blocks);
    spans.push(...blocks);
  }
  for (const { start, end, ...reason } of suspectLines(veiled)) {
    const from = start + numberLength(veiled.slice(start, start + 16));
    for (const span of findOnLine(veiled.slice(from, end), reason))
      spans.push({ ...span, start: from + span.start, end: from + span.end });
  }
  return mergeSpans(spans);
}

/** What makes a line worth a closer look, and so which rules may find something on it. */
interface Reason {
  hasWord: boolean;
  hasShape: boolean;
}

/** Each line with a trigger in it, in order. */
function suspectLines(text: string): ({ start: number; end: number } & Reason)[] {
  const lines = new Map<number, { start: number; end: number } & Reason>();
  for (const trigger of [LINE, SHAPE]) {
    trigger.lastIndex = 0;
    for (let hit = trigger.exec(text); hit !== null; hit = trigger.exec(text)) {
      const start = text.lastIndexOf('\n', hit.index) + 1;
      const next = text.indexOf('\n', hit.index);
      const end = next === -1 ? text.length : next;
      const line = lines.get(start) ?? { start, end, hasWord: false, hasShape: false };
      if (trigger === LINE) line.hasWord = true;
      else line.hasShape = true;
      lines.set(start, line);
      if (next === -1) break;
      trigger.lastIndex = end + 1;
    }
    trigger.lastIndex = 0;
  }
  if (lines.size === 0) return [];
  return [...lines.values()].sort((a, b) => a.start - b.start);
}

/** What one rule leaves can complete another; it settles at once or with the second look. */
function findOnLine(line: string, { hasWord, hasShape }: Reason): Span[] {
  const found: Span[] = [];
  const rules = hasWord ? rulesFor(line) : [];
  let veiled = line;
  for (let look = 0; look < 4; look++) {
    const shapes = hasShape ? findShapes(veiled) : [];
    const named = hasWord
      ? [...findInLine(veiled, rules), ...findInArguments(veiled), ...findNamed(veiled)]
      : [];
    if (shapes.length + named.length === 0) break;
    const spans = fresh([...shapes, ...named], veiled);
    if (spans.length === 0) break;
    found.push(...spans);
    veiled = veilSpans(veiled, spans);
  }
  return found;
}

/** Merged, and without what was found before. */
function fresh(spans: Span[], veiled: string): Span[] {
  return mergeSpans(
    spans
      .map((span) => keepEscapes(veiled, span))
      .filter(({ start, end }) => start < end && !isVeiled(veiled.slice(start, end))),
  );
}
