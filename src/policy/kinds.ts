import { checkAwk } from './languages/awk.ts';
import { checkJq, checkYq } from './languages/jq.ts';
import { checkSed } from './languages/sed.ts';
import { checkSql } from './languages/sql.ts';
import type { Note } from './notes.ts';
import type { PathJudge, PathUse } from './paths.ts';
import { asks, type Ruling } from './ruling.ts';
import type { Arg } from './words.ts';

/** What the judging of one command may look at. */
export interface CommandContext {
  program: string;
  /** Where relative paths start; an option of kind `folder` moves it. */
  cwds: readonly string[];
  paths: PathJudge;
  /** Where curl may go. */
  isDeclaredEndpoint(url: string): boolean;
  /** Where the program goes when no option says so; undefined where its spec names no such place. */
  ownEndpoint?: string | undefined;
  notes?: Note[];
}

/**
 * `archive`: tar takes a name with a colon for a file on another host, and starts ssh. `script`: bash takes a word with a
 * plus for options that are taken back, `+n` for one. `source`: what go-getter and its like would rather fetch than read,
 * as `github.com/x/y` and `git@host:x`. `certificate`: of which the program shows nothing but certificates; openssl takes
 * one with a colon for the address of a store.
 */
const PATH_KINDS: Record<string, PathUse> = {
  read: 'read',
  archive: 'read',
  script: 'read',
  source: 'read',
  certificate: 'certificate',
  place: 'place',
  tree: 'tree',
  write: 'write',
};

/** Does a known word fit what must stand here? undefined: it does. */
export function checkKind(kind: string, arg: Arg, context: CommandContext): Ruling | undefined {
  const use = PATH_KINDS[kind];
  if (use !== undefined) {
    if (arg.kind === 'dynamic')
      return use === 'place' ? undefined : unknownWord(context, 'a file that is read');
    if (kind === 'script' && (arg.kind === 'pattern' || arg.text.startsWith('+')))
      return unfit(context, arg.text);
    if ((kind === 'archive' || kind === 'certificate') && arg.text.includes(':'))
      return unfit(context, arg.text);
    if (use !== 'place' && isElsewhere(kind, arg.text)) return unfit(context, arg.text);
    if (arg.kind === 'literal' && (arg.text === '-' || arg.text === '')) return undefined;
    return context.paths.check(arg.text, context.cwds, use, arg.kind === 'pattern');
  }
  if (kind === 'device') return checkDevice(arg, context);
  if (kind === 'text' || kind === 'value' || kind === 'value2') return undefined;
  if (kind === 'folder') return moveTo(arg, context);
  if (kind === 'number' && arg.isNumber) return undefined;
  if (arg.kind !== 'literal') return unknownWord(context, `something of which only some values are safe`);
  if (kind === 'number') {
    return /^[+-]?\d+(?:\.\d+)?[A-Za-z%]{0,3}$/.test(arg.text) ? undefined : unfit(context, arg.text);
  }
  if (kind === 'revision') return checkRevision(arg.text, context);
  const check = LANGUAGES[kind];
  if (check !== undefined) {
    const problem = check(arg.text, context);
    return problem === undefined ? undefined : asks(`${kind}:${context.program}`, problem);
  }
  const pattern = /^\/(.*)\/(i?)$/s.exec(kind);
  if (pattern === null) throw new Error(`unknown kind of word in a program spec: ${kind}`);
  return matcher(pattern[1] ?? '', pattern[2] ?? '').test(arg.text) ? undefined : unfit(context, arg.text);
}

/** Asked about itself by a program that knows how: nothing of its content is read. */
function checkDevice(arg: Arg, context: CommandContext): Ruling | undefined {
  const characters = arg.kind === 'literal' ? /^[\w/.:-]+$/ : /^[\w/.:?*[\]-]+$/;
  const isBelow = arg.text.startsWith('/dev/') && !arg.text.includes('..');
  return isBelow && characters.test(arg.text) ? undefined : unfit(context, arg.text);
}

/** A program that is known to read files may know how to fetch them too: kubectl, promtool, nomad, compose. */
function isElsewhere(kind: string, text: string): boolean {
  return (
    /^[a-z][a-z\d+.-]*:(?:\/\/|:)/i.test(text) ||
    (kind === 'source' && (/[:@]/.test(text) || /^(?!\.\.?\/)[^/]*\.[^/]*\//.test(text)))
  );
}

function moveTo(arg: Arg, context: CommandContext): Ruling | undefined {
  if (arg.kind !== 'literal') return unknownWord(context, 'the folder to work in');
  const ruling = context.paths.check(arg.text, context.cwds, 'folder');
  context.cwds = arg.text.startsWith('/') ? [arg.text] : context.cwds.map((cwd) => `${cwd}/${arg.text}`);
  return ruling;
}

/** Kinds in which a word may stand whose value nobody knows, if it cannot be taken for an option. */
export function toleratesUnknown(kind: string): boolean {
  return kind === 'text' || kind === 'value' || kind === 'place' || kind === 'device';
}

export function isKnownKind(kind: string): boolean {
  return (
    kind in PATH_KINDS ||
    kind in LANGUAGES ||
    kind === 'revision' ||
    ['flag', 'device', 'text', 'value', 'value2', 'optional', 'number', 'folder'].includes(kind) ||
    /^\/.*\/i?$/s.test(kind)
  );
}

type Check = (text: string, context: CommandContext) => string | undefined;

/** Small languages: each says what is wrong with a text, or nothing. */
const LANGUAGES: Record<string, Check> = {
  sed: checkSed,
  awk: checkAwk,
  jq: checkJq,
  yq: checkYq,
  sql: checkSql,
  endpoint: (url, context) =>
    context.isDeclaredEndpoint(url) ? undefined : `${url} is not an endpoint that settings declare`,
  // To name the place where it goes anyway changes nothing; to name another sends credentials there.
  'own-endpoint': (url, context) =>
    url !== '' && url === context.ownEndpoint
      ? undefined
      : `${url} is not where ${context.program} goes by itself`,
};

/** git's `REVISION:PATH` and plain paths. Also used where git may take a word for a file of the work tree. */
function checkRevision(text: string, context: CommandContext): Ruling | undefined {
  const colon = text.indexOf(':');
  const paths = colon === -1 ? [text] : [text, text.slice(colon + 1)];
  for (const path of paths) {
    const ruling = path === '' ? undefined : context.paths.check(path, context.cwds, 'read');
    if (ruling !== undefined) return ruling;
  }
  return undefined;
}

const matchers = new Map<string, RegExp>();

/** Compiled once: the patterns come from a fixed set of specs. */
function matcher(source: string, flags: string): RegExp {
  const key = `${flags}/${source}`;
  let found = matchers.get(key);
  if (found === undefined) {
    found = new RegExp(`^(?:${source})$`, `s${flags}`);
    matchers.set(key, found);
  }
  return found;
}

function unknownWord(context: CommandContext, what: string): Ruling {
  return asks(
    `unknown-word:${context.program}`,
    `a word that is known only when it runs stands where ${what} is named`,
  );
}

function unfit(context: CommandContext, text: string): Ruling {
  return asks(
    `operand:${context.program}`,
    `${context.program} with ${JSON.stringify(text)} is not known to only observe`,
  );
}
