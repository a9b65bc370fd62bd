import { parseArgs } from 'node:util';
import { nearest } from '../lib/nearest.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { OptionRow } from './option-table.ts';

export interface ParsedArguments {
  positionals: string[];
  has(name: string): boolean;
  value(name: string): string | undefined;
  /** Comma- or space-separated and repeatable; commas and spaces inside parentheses belong to the item. */
  list(name: string): string[];
  /** Repeatable, each as it was given. */
  values(name: string): string[];
}

/** OpsError `usage` for an option that is unknown or lacks its value. */
export function parseArguments(argv: readonly string[], rows: readonly OptionRow[]): ParsedArguments {
  const spellings = rows.flatMap((row) => [row.name, ...(row.aliases ?? [])].map((name) => ({ name, row })));
  const options = Object.fromEntries(
    spellings.map(({ name, row }) => [
      name,
      {
        type: row.type === 'flag' ? ('boolean' as const) : ('string' as const),
        multiple: row.type === 'list',
        ...(row.short === undefined || name !== row.name ? {} : { short: row.short }),
      },
    ]),
  );
  const { values, positionals } = parseStrictly(
    joinToolLists(argv, rows),
    options,
    spellings.map(({ name }) => name),
  );
  const collected = new Map<string, string[]>();
  for (const { name, row } of spellings) {
    const value = values[name];
    if (value === undefined) continue;
    const texts = [value].flat().map(String);
    collected.set(row.name, [...(collected.get(row.name) ?? []), ...texts]);
  }
  return {
    positionals,
    has: (name) => collected.has(name),
    value: (name) => collected.get(name)?.at(-1),
    list: (name) => (collected.get(name) ?? []).flatMap(splitList),
    values: (name) => collected.get(name) ?? [],
  };
}

/** A tool of ours or of others, alone or with a specifier; nothing that a prompt of one word would be. */
const TOOL_WORD =
  /^(Bash|Read|Edit|MultiEdit|Write|Search|Report|Glob|Grep|LS|Task|WebFetch|WebSearch|NotebookEdit|TodoWrite|mcp__\S+|[A-Z]\w*\(.+\)),?$/s;

export function isToolWord(word: string): boolean {
  return TOOL_WORD.test(word);
}

/** `--allowedTools Bash "Read(/etc/**)" "the prompt"`: the list ends where words can be nothing of the kind. */
function joinToolLists(argv: readonly string[], rows: readonly OptionRow[]): string[] {
  const spellings = rows
    .filter(({ isToolList }) => isToolList === true)
    .flatMap(({ name, aliases }) => [name, ...(aliases ?? [])].map((spelling) => `--${spelling}`));
  const joined: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') return [...joined, ...argv.slice(index)];
    joined.push(word);
    if (!spellings.includes(word) || index + 1 >= argv.length) continue;
    index += 1;
    const items = [argv[index] ?? ''];
    while (isToolWord(argv[index + 1] ?? '')) {
      index += 1;
      items.push(argv[index] ?? '');
    }
    joined.push(items.join(' '));
  }
  return joined;
}

function parseStrictly(
  argv: readonly string[],
  options: Record<string, { type: 'boolean' | 'string'; multiple: boolean; short?: string }>,
  names: readonly string[],
): { values: Record<string, string | boolean | (string | boolean)[] | undefined>; positionals: string[] } {
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /Unknown option '(-+[^' ]+)/.exec(message)?.[1];
    const lacking = /^Option '(?:(-\w), )?(--[\w-]+|-\w).*' argument (?:missing|is ambiguous)/.exec(message);
    if (lacking !== null) {
      throw new OpsError('usage', 'usage', `${lacking[2]} needs a value`, {
        hint: 'steward --help tells which; a value that begins with - is written --option=VALUE',
      });
    }
    if (unknown === undefined)
      throw new OpsError('usage', 'usage', message.split(/\.\s/)[0] ?? message, { cause: error });
    const guess = nearest(unknown.replace(/^-+/, ''), names);
    throw new OpsError('usage', 'usage', `unknown option ${unknown}`, {
      hint: guess === undefined ? 'see steward --help' : `did you mean --${guess}?`,
    });
  }
}

/** `Bash(git log *), Read Edit` → three items. */
export function splitList(text: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let item = '';
  for (const char of text) {
    if (char === '(') depth += 1;
    if (char === ')') depth = Math.max(0, depth - 1);
    if (depth === 0 && /[,\s]/.test(char)) {
      items.push(item);
      item = '';
    } else {
      item += char;
    }
  }
  return [...items, item].map((part) => part.trim()).filter((part) => part !== '');
}
