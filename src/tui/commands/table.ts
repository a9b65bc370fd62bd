import type { OwnSlashCommand } from '../../app/client.ts';
import { COMMAND_GROUPS, type CommandGroup, command, type SlashCommand } from './command.ts';
import { CONVERSATION_COMMANDS } from './conversation-commands.ts';
import { MACHINE_COMMANDS } from './machine-commands.ts';
import { POLICY_COMMANDS } from './policy-commands.ts';
import { SCREEN_COMMANDS } from './screen-commands.ts';

const HELP = command('help', 'screen', 'list the commands', async ({ client, show }) => {
  show({ kind: 'page', title: '/help', markdown: helpPage(await client.ownCommands()) });
});

/** All slash commands, in the order in which they are listed. */
export const SLASH_COMMANDS: readonly SlashCommand[] = [
  ...CONVERSATION_COMMANDS,
  ...MACHINE_COMMANDS,
  ...POLICY_COMMANDS,
  ...SCREEN_COMMANDS,
  HELP,
];

export function findCommand(name: string): SlashCommand | undefined {
  return SLASH_COMMANDS.find((known) => known.name === name || known.aliases.includes(name));
}

/** As it is typed: `/goals [name] [key=value]`. */
export function usageOf({ name, argumentHint }: Pick<SlashCommand, 'name' | 'argumentHint'>): string {
  return argumentHint === null ? `/${name}` : `/${name} ${argumentHint}`;
}

const TITLES: Record<CommandGroup, string> = {
  conversation: 'This conversation',
  machine: 'The machine',
  policy: 'Models and permissions',
  screen: 'The screen',
};

function helpPage(own: readonly OwnSlashCommand[]): string {
  const ownRows = own.map(({ name, description }) => `| \`/${name}\` | ${cell(description)} |`);
  const ownPart = own.length === 0 ? [] : ['| Your own | |', '| --- | --- |', ...ownRows, ''];
  const keys =
    '`!` runs a command of your own, `@` names a file or a thing, `?` on an empty line lists the keys.';
  return [...commandLists(false), ...ownPart, keys].join('\n');
}

/** Of `docs/reference/slash-commands.md`. */
export function commandsReference(): string {
  const intro =
    'Made by `npm run docs` from `src/tui/commands/table.ts`. What is in angle brackets is needed, what is in square ' +
    'brackets is not. Markdown files of your own add commands; see `/help`.';
  return `${['# Slash commands', '', intro, '', ...commandLists(true)].join('\n').trimEnd()}\n`;
}

function commandLists(hasHeadings: boolean): string[] {
  return COMMAND_GROUPS.flatMap((group) => [
    ...(hasHeadings ? [`## ${TITLES[group]}`, '', '| command | |'] : [`| ${TITLES[group]} | |`]),
    '| --- | --- |',
    ...SLASH_COMMANDS.filter((known) => known.group === group).map((known) => {
      const also = known.aliases.map((alias) => `\`/${alias}\``).join(', ');
      return `| \`${cell(usageOf(known))}\` | ${cell(known.doc)}${also === '' ? '' : ` (also ${also})`} |`;
    }),
    '',
  ]);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
