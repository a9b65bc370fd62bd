import type { RunEvent } from '../protocol/event.ts';
import type { Block } from '../protocol/message.ts';
import { decodedText } from './decoded-text.ts';

/**
 * Where the words of a run came from. Fields of facts that a probe declares are inventory, and what the operator typed is
 * known. Free text never is: logs, command output, files, alerts and names that others choose may say anything.
 */
export interface Origins {
  /** Reads the run's events as they come, or as they stand in the log of a resumed run. */
  see(event: RunEvent): void;
  /** Facts of a probe, and those fields of them that it declares to be inventory: `disks.mount`. */
  addFacts(facts: Readonly<Record<string, unknown>>, inventory: readonly string[]): void;
  /** The operator's own words: the prompt, the goal, its parameters. */
  addOwnWords(text: string): void;
  /**
   * What operators wrote of goals, probes and rules. A word in it is not thereby theirs to act on; but a text that only
   * repeats it has not named anything either: `The backup is missing` says nothing of `/srv/backup`.
   */
  addWording(text: string): void;
  /** The parser of a probe, or the host itself, has said that there is such a thing. */
  isInventory(name: string): boolean;
  /** It is a word of the operator. */
  isOwn(word: string): boolean;
  observedNames(): ReadonlySet<string>;
  /**
   * Ids of the free texts that hold the word, oldest first. None when the model had typed it before any of them, and
   * before any text that so much as resembles it: what `grep: /srv/x: No such file` says is the echo of its own call.
   */
  heardFrom(word: string): string[];
}

/** Texts are kept to be searched, not to be shown. Of a run that reads more, the oldest count for every word. */
const MOST_TEXT = 8 * 1024 * 1024;
const FORGOTTEN = 'what this run read first';
const LONGEST_NAME = 256;

export function createOrigins(): Origins {
  const observed = new Set<string>();
  const own: string[] = [];
  const wording: string[] = [];
  const heard = createShelf();
  const typed = createShelf();
  // What the model is told besides, in words that may be others'.
  const told = createShelf();
  let order = 0;

  function hear(id: string, text: string): void {
    heard.put({ id, text, order: order++ });
  }

  function wasTypedBefore(word: string, first: number): boolean {
    const earliest = typed.holding(word)[0];
    if (earliest === undefined || earliest.order > first || told.hasForgotten()) return false;
    // A text can say a word without writing it, as `file:///srv/x/` or `/srv/ x`, and have its look make an echo of it.
    const last = lastPart(word);
    if (heard.resembling(last, earliest.order)) return false;
    const isWording = last !== word && [...own, ...wording].some((text) => holdsWord(text, last));
    return !told.resembling(isWording ? word : last, earliest.order);
  }

  return {
    see(event) {
      switch (event.type) {
        case 'run.opened':
          if (event.prompt !== null) own.push(event.prompt);
          observed.add(event.host.hostname);
          // As it is written, with its fields; and its strings, whose line ends JSON would make letters of.
          hear('trigger', event.trigger.payload === null ? '' : JSON.stringify(event.trigger.payload));
          hear('trigger', wordsOfInput(event.trigger.payload));
          // Whether they are also the operator's own words, `addOwnWords` says.
          hear('--set', Object.values(event.parameters ?? {}).join('\n'));
          break;
        case 'run.resumed':
          if (event.prompt !== null) own.push(event.prompt);
          hear('stdin', event.input ?? '');
          told.put({ id: 'prompt', text: event.input ?? '', order: order++ });
          break;
        case 'snapshot.taken':
          for (const item of event.items) hear(item.id, item.text);
          break;
        case 'prompt.built': {
          const text = event.messages.flatMap(({ content }) => content.map(textOfBlock)).join('\n');
          // Of what stands in the prompt, the snapshot was heard already, and the operator's words are own.
          for (const label of ['stdin', 'earlier runs']) hear(label, fencedAs(label, text, event.marker));
          told.put({ id: 'prompt', text, order: order++ });
          break;
        }
        case 'findings.judged':
          told.put({ id: 'findings', text: wordsOfInput(event.findings), order: order++ });
          break;
        case 'look.taken':
          hear(event.look.id, event.look.text);
          break;
        case 'message.added':
          if (event.by === 'operator') own.push(event.message.content.map(textOfBlock).join('\n'));
          if (event.by === 'trigger') hear('trigger', event.message.content.map(textOfBlock).join('\n'));
          break;
        case 'operator.began':
          own.push(event.command);
          break;
        case 'operator.ended':
          hear(event.id, event.output ?? '');
          break;
        case 'model.replied':
          for (const block of event.content)
            if (block.type === 'tool_use')
              typed.put({ id: block.id, text: wordsOfInput(block.input), order: order++ });
          break;
        case 'call.finished':
          // What a refusal repeats is the model's own call.
          if (!event.refused) hear(event.call, event.text);
          break;
      }
    },
    addFacts(facts, inventory) {
      for (const field of inventory) collectNames(facts, field.split('.'), observed);
    },
    addOwnWords(text) {
      own.push(text);
    },
    addWording(text) {
      wording.push(text);
    },
    isInventory: (name) => observed.has(name),
    isOwn: (word) => own.some((text) => holdsWord(text, word)),
    observedNames: () => observed,
    heardFrom(word) {
      const found = heard.saying(word);
      // Whoever floods a run with text must not make it forget where a word came from.
      if (heard.hasForgotten()) return [FORGOTTEN, ...found.map(({ id }) => id)];
      const [first] = found;
      return first === undefined || wasTypedBefore(word, first.order) ? [] : found.map(({ id }) => id);
    },
  };
}

interface KeptText {
  id: string;
  text: string;
  /** Its letters and digits alone; made when somebody asks. */
  squeezed?: string;
  /** What it says in codes; made when somebody asks. */
  decoded?: string;
  /** Its place among all texts of the run. */
  order: number;
}

function createShelf() {
  const texts: KeptText[] = [];
  let length = 0;
  let hasForgotten = false;
  return {
    put(kept: KeptText): void {
      if (kept.text === '') return;
      texts.push(kept);
      length += kept.text.length;
      while (length > MOST_TEXT && texts.length > 1) {
        length -= texts.shift()?.text.length ?? 0;
        hasForgotten = true;
      }
    },
    /** Oldest first. */
    holding: (word: string): KeptText[] => texts.filter(({ text }) => holdsWord(text, word)),
    /** The same, also in codes that others may have asked a model to read. */
    saying: (word: string): KeptText[] =>
      texts.filter((kept) => {
        if (holdsWord(kept.text, word)) return true;
        kept.decoded ??= decodedText(kept.text);
        return holdsWord(kept.decoded, word);
      }),
    /** Before `order`, is there a text in which the letters and digits of the word follow each other? */
    resembling(word: string, order: number): boolean {
      const wanted = squeeze(word);
      // Too short to tell: every text would have it.
      if (wanted.length < LEAST_TELLING) return texts.some((kept) => kept.order < order);
      return texts.some((kept) => {
        if (kept.order >= order) return false;
        kept.squeezed ??= squeeze(kept.text);
        return kept.squeezed.includes(wanted);
      });
    },
    hasForgotten: (): boolean => hasForgotten,
  };
}

const LEAST_TELLING = 4;

function lastPart(word: string): string {
  return word.replace(/\/+$/, '').split('/').at(-1) ?? word;
}

/** Without signs, blanks, invisible characters and case; `%2F` and `\\u002f` are the signs that they stand for. */
function squeeze(text: string): string {
  return text
    .replaceAll(/%([\da-f]{2})|\\u00([\da-f]{2})|\\x([\da-f]{2})/gi, (_, ...codes: (string | undefined)[]) =>
      String.fromCharCode(Number.parseInt(codes.slice(0, 3).find((code) => code !== undefined) ?? '20', 16)),
    )
    .replaceAll(/\\[nrt]/g, ' ')
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '');
}

/** What stands between the tags that only steward could write: see lib/fence.ts. */
function fencedAs(label: string, text: string, marker: string): string {
  const open = `<data-${marker} of="${label}">`;
  const start = text.indexOf(open);
  const end = start === -1 ? -1 : text.indexOf(`</data-${marker}>`, start);
  return end === -1 ? '' : text.slice(start + open.length, end);
}

/** The strings of a call's input, wherever they stand in it. */
function wordsOfInput(input: unknown): string {
  if (typeof input === 'string') return input;
  if (typeof input !== 'object' || input === null) return '';
  return Object.values(input).map(wordsOfInput).filter(Boolean).join('\n');
}

/** Names at the end of a path of fields; a list on the way stands for each of its elements. */
function collectNames(value: unknown, path: readonly string[], into: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collectNames(item, path, into);
    return;
  }
  const [field, ...rest] = path;
  if (field !== undefined) {
    const isObject = typeof value === 'object' && value !== null;
    if (isObject && Object.hasOwn(value, field)) collectNames(Reflect.get(value, field), rest, into);
    return;
  }
  if (typeof value === 'number') into.add(String(value));
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME && !/\s/.test(value))
    into.add(value);
}

/** As a word of its own: `nginx` is not in `nginx-exporter`, and `/srv` not in `/srv/www`. */
function holdsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (!isWordPart(text[at - 1]) && !isWordPart(text[at + word.length])) return true;
  }
  return false;
}

function isWordPart(char: string | undefined): boolean {
  return char !== undefined && /[\w/@-]/.test(char);
}

function textOfBlock(block: Block): string {
  return block.type === 'text' ? block.text : '';
}
