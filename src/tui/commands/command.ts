import type { CommandContext } from '../slots.ts';

/** A slash command: what the palette, `/help`, the docs and the parser know of it. */
export interface SlashCommand {
  /** Without the slash. */
  name: string;
  aliases: readonly string[];
  /** `<needed>`, `[optional]`; null when it takes nothing. */
  argumentHint: string | null;
  /** One line, as a phrase. */
  doc: string;
  group: CommandGroup;
  /** `argument` is trimmed, '' when there is none. What is thrown is shown. */
  run(context: CommandContext, argument: string): Promise<void> | void;
}

export const COMMAND_GROUPS = ['conversation', 'machine', 'policy', 'screen'] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

/** Rows of the table are written with what is not usual about them. */
export function command(
  name: string,
  group: CommandGroup,
  doc: string,
  run: SlashCommand['run'],
  more: { aliases?: readonly string[]; hint?: string } = {},
): SlashCommand {
  return { name, group, doc, run, aliases: more.aliases ?? [], argumentHint: more.hint ?? null };
}

/** `/cost today` → name and argument. The name is lower case. */
export function splitCommand(line: string): { name: string; argument: string } {
  const match = /^\/(\S*)\s*([\s\S]*)$/.exec(line.trim());
  return { name: (match?.[1] ?? '').toLowerCase(), argument: (match?.[2] ?? '').trim() };
}
