import type { CommandRow } from './command-row.ts';
import { COMMANDS } from './command-table.ts';
import type { OptionRow } from './option-table.ts';

export function helpText(): string {
  const lines = COMMANDS.map(({ usage, doc }) => `  ${usage}\n      ${doc}`);
  return `steward: an agent shell for people who run a homelab or a small cluster

  steward ["PROMPT"]
      Talk with it in a terminal, where it asks before it acts; -c and -r [RUN] go on with an earlier run
${lines.join('\n')}

  steward -p --help and steward COMMAND --help tell the options. Exit codes: docs/reference/exit-codes.md
`;
}

export function commandHelp(command: CommandRow): string {
  const options = command.options.map((row) => `  ${spelling(row).padEnd(36)} ${row.doc}`);
  return `${command.usage}\n  ${command.doc}\n\n${options.join('\n')}\n`;
}

export function spelling(row: OptionRow): string {
  const short = row.short === undefined ? '' : `-${row.short}, `;
  const names = [row.name, ...(row.aliases ?? [])].map((name) => `--${name}`).join(', ');
  return `${short}${names}${row.hint === undefined ? '' : ` ${row.hint}`}`;
}
