import type { RunEvent } from '../protocol/event.ts';
import type { ProbeSpec } from '../protocol/probe.ts';

/**
 * Where the words of a run came from. Facts that the parser of a probe made are inventory, and so is what the operator
 * typed. Free text never is: logs, command output, files, alerts and names that others choose may say anything.
 */
export interface Origins {
  /** Reads the run's events as they come, or as they stand in the log of a resumed run. */
  see(event: RunEvent): void;
  /** Facts of a probe's parser: every text in them is observed. */
  addFacts(source: string, facts: Readonly<Record<string, unknown>>): void;
  /** The operator's own words: the prompt, the goal, its parameters. */
  addOwnWords(text: string): void;
  /** The parser of a probe, or the host itself, has said that there is such a thing. */
  isInventory(name: string): boolean;
  /** It is a word of the operator. */
  isOwn(word: string): boolean;
  observedNames(): ReadonlySet<string>;
  /** Ids of the free texts that hold the word, oldest first. */
  heardFrom(word: string): string[];
}

/**
 * Fields that a program fills in, by their names, are inventory. Lines and journal entries are what others wrote, and
 * a word does not become a fact by being a line of its own. Endpoints (`http`) have the names that settings give them.
 */
export function isInventory({ gather, parse }: Pick<ProbeSpec, 'gather' | 'parse'>): boolean {
  return gather.kind === 'http' || !['journal', 'entries', 'lines', 'none'].includes(parse.kind);
}

/** Texts are kept to be searched, not to be shown; a run that reads more than this forgets the oldest. */
const MOST_TEXT = 2 * 1024 * 1024;
const LONGEST_NAME = 256;

export function createOrigins(): Origins {
  const observed = new Set<string>();
  const own: string[] = [];
  const heard: { id: string; text: string }[] = [];
  let heardLength = 0;

  function hear(id: string, text: string): void {
    if (text === '') return;
    heard.push({ id, text });
    heardLength += text.length;
    while (heardLength > MOST_TEXT && heard.length > 1) heardLength -= heard.shift()?.text.length ?? 0;
  }

  return {
    see(event) {
      switch (event.type) {
        case 'run.opened':
          if (event.prompt !== null) own.push(event.prompt);
          observed.add(event.host.hostname);
          hear('trigger', event.trigger.payload === null ? '' : JSON.stringify(event.trigger.payload));
          // Whether they are also the operator's own words, `addOwnWords` says.
          hear('--set', Object.values(event.parameters ?? {}).join('\n'));
          break;
        case 'run.resumed':
          if (event.prompt !== null) own.push(event.prompt);
          break;
        case 'snapshot.taken':
          for (const item of event.items) hear(item.id, item.text);
          break;
        case 'look.taken':
          hear(event.look.id, event.look.text);
          break;
        case 'operator.began':
          own.push(event.command);
          break;
        case 'operator.ended':
          hear(event.id, event.output ?? '');
          break;
        case 'call.finished':
          // What a refusal repeats is the model's own call.
          if (!event.refused) hear(event.call, event.text);
          break;
      }
    },
    addFacts(_source, facts) {
      collectTexts(facts, observed);
    },
    addOwnWords(text) {
      own.push(text);
    },
    isInventory: (name) => observed.has(name),
    isOwn: (word) => own.some((text) => holdsWord(text, word)),
    observedNames: () => observed,
    heardFrom: (word) => heard.filter(({ text }) => holdsWord(text, word)).map(({ id }) => id),
  };
}

function collectTexts(value: unknown, into: Set<string>): void {
  if (typeof value === 'string') {
    if (value !== '' && value.length <= LONGEST_NAME && !/\s/.test(value)) into.add(value);
  } else if (Array.isArray(value)) {
    for (const item of value) collectTexts(item, into);
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) collectTexts(item, into);
  }
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
