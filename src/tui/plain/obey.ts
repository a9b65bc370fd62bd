import type { Client } from '../../app/client.ts';
import type { Told } from './narrate.ts';
import { helpText, PLAIN_COMMANDS } from './plain-commands.ts';
import { tellEvent } from './tell-event.ts';

const OLDER_LINES = 100;

export interface Obeyed {
  /** To be told. */
  text?: string;
  /** To be said to the model. */
  prompt?: string;
  /** Number of the oldest line of the log that has been told now. */
  firstSeq?: number;
  isLeaving?: boolean;
}

/** What a line that begins with `/` asks for. Rejects with what the client rejects with. */
export async function obey(client: Client, line: string, told: Told): Promise<Obeyed> {
  const [, name = '', argument = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(line) ?? [];
  switch (name) {
    case 'exit':
    case 'quit':
      return { isLeaving: true };
    case 'help':
      return { text: helpText() };
    case 'show': {
      const output = told.outputs.findLast(({ call }) => call === argument.trim());
      return { text: output?.text ?? 'There is no such call. Say one like C3.' };
    }
    case 'older':
      return readOlder(client, told);
  }
  const command = PLAIN_COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return { text: await command.run(client, argument.trim()) };
  const own = (await client.ownCommands()).find((candidate) => candidate.name === name);
  if (own !== undefined) return { prompt: own.text.replaceAll('$ARGUMENTS', () => argument) };
  return { text: `There is no /${name}. /help lists what there is.` };
}

async function readOlder(client: Client, { firstSeq }: Told): Promise<Obeyed> {
  const lines = firstSeq === null ? [] : await client.older(firstSeq, OLDER_LINES);
  const [first] = lines;
  if (first === undefined) return { text: 'There is nothing older.' };
  return { text: lines.flatMap(({ event }) => tellEvent(event)).join('\n'), firstSeq: first.seq };
}
