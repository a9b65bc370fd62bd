import type { OwnSlashCommand } from '../../app/client.ts';
import { nearest } from '../../lib/nearest.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandEntry } from '../editor/state.ts';
import type { RunCommand } from '../slots.ts';
import { troubleOf } from '../trouble.ts';
import { splitCommand } from './command.ts';
import { findCommand, SLASH_COMMANDS } from './table.ts';

export const runCommand: RunCommand = async (line, context) => {
  const { name, argument } = splitCommand(line);
  try {
    const known = findCommand(name);
    if (known !== undefined) return await known.run(context, argument);
    const own = await context.client.ownCommands();
    const mine = own.find((candidate) => candidate.name === name);
    if (mine === undefined) throw unknown(name, own);
    context.client.say(fillIn(mine, argument));
  } catch (error) {
    context.show(troubleOf(error));
  }
};

/** What an operator's own command says. What is typed behind the name goes to its end where nothing stands for it. */
export function fillIn({ text }: Pick<OwnSlashCommand, 'text'>, argument: string): string {
  if (text.includes('$ARGUMENTS')) return text.split('$ARGUMENTS').join(argument);
  return argument === '' ? text : `${text.trimEnd()}\n\n${argument}`;
}

/** What the palette offers. A shipped command is never replaced by one of the same name. */
export function commandEntries(own: readonly OwnSlashCommand[]): CommandEntry[] {
  const shipped = SLASH_COMMANDS.map(({ name, aliases, doc, argumentHint }) => ({
    name,
    aliases,
    description: doc,
    argumentHint,
    isOwn: false,
  }));
  const mine = own
    .filter(({ name }) => findCommand(name) === undefined)
    .map(({ name, description, text }) => ({
      name,
      aliases: [],
      description,
      argumentHint: text.includes('$ARGUMENTS') ? '[words]' : null,
      isOwn: true,
    }));
  return [...shipped, ...mine];
}

function unknown(name: string, own: readonly OwnSlashCommand[]): OpsError {
  const names = [
    ...SLASH_COMMANDS.flatMap((known) => [known.name, ...known.aliases]),
    ...own.map((one) => one.name),
  ];
  const near = nearest(name, names);
  const hint = near === undefined ? '/help lists them' : `did you mean /${near}?`;
  return new OpsError('slash-command', 'usage', `there is no command /${name}`, { hint });
}
