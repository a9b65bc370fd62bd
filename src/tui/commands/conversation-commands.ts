import { OpsError } from '../../lib/ops-error.ts';
import { changesPage } from './changes-page.ts';
import { command, type SlashCommand } from './command.ts';
import { copySequence, lastAnswer } from './copy-answer.ts';
import { showPage } from './show-page.ts';

/** About what is said here and kept of it. */
export const CONVERSATION_COMMANDS: readonly SlashCommand[] = [
  command(
    'clear',
    'conversation',
    'begin a new run with an empty conversation',
    ({ client }) => client.clear(),
    {
      aliases: ['new'],
    },
  ),
  command(
    'compact',
    'conversation',
    'put a summary in place of what was said so far',
    ({ client }, argument) => client.compact(argument === '' ? null : argument),
    { hint: '[what to keep above all]' },
  ),
  command(
    'resume',
    'conversation',
    'go on with an earlier run, chosen from a list or named',
    ({ client, dispatch }, argument) =>
      argument === '' ? dispatch({ kind: 'picker-opened', picker: 'resume' }) : client.open(argument),
    { aliases: ['continue'], hint: '[run]' },
  ),
  command('rewind', 'conversation', 'go back to an earlier prompt, changed files included', ({ dispatch }) =>
    dispatch({ kind: 'picker-opened', picker: 'rewind' }),
  ),
  command(
    'rename',
    'conversation',
    'give this run a name',
    async ({ client, show }, argument) => {
      if (argument === '') throw new OpsError('rename', 'usage', 'say which name: /rename <name>');
      await client.rename(argument);
      show({ kind: 'notice', level: 'info', text: `this run is called ${argument}`, hint: null });
    },
    { hint: '<name>' },
  ),
  command(
    'export',
    'conversation',
    'write the conversation to a file',
    async ({ client, show }, argument) => {
      const { format, file } = readExport(argument);
      const path = await client.exportRun(format, file);
      show({ kind: 'notice', level: 'info', text: `written to ${path}`, hint: null });
    },
    { hint: '[markdown|json] [file]' },
  ),
  command(
    'copy',
    'conversation',
    'put the last answer on the clipboard of your terminal',
    async ({ client, show, write }) => {
      const text = lastAnswer(await client.older(Number.MAX_SAFE_INTEGER, 500));
      if (text === null) throw new OpsError('copy', 'input', 'there is no answer yet');
      write(copySequence(text));
      const hint = 'a terminal that does not know OSC 52 ignores it; tmux needs "set -g set-clipboard on"';
      show({ kind: 'notice', level: 'info', text: `${text.length} characters copied`, hint });
    },
  ),
  command('diff', 'conversation', 'show what this run changed in files', async ({ client, show }) => {
    const markdown = changesPage(await client.older(Number.MAX_SAFE_INTEGER, 20_000));
    show({ kind: 'page', title: '/diff', markdown });
  }),
  command('context', 'conversation', 'show what fills the context of the model', showPage('context')),
  command('cost', 'conversation', 'show tokens and money of this run and today', showPage('cost'), {
    aliases: ['usage'],
  }),
  command('report', 'conversation', 'show the report of this run', showPage('report')),
];

/** `json /tmp/x`, `notes.md`, ``: the ending of a file says the format too. */
export function readExport(argument: string): { format: 'markdown' | 'json'; file: string | null } {
  const [first = '', ...rest] = argument.split(/\s+/).filter((word) => word !== '');
  const named = { markdown: 'markdown', md: 'markdown', json: 'json' } as const;
  const format = Object.hasOwn(named, first) ? named[first as keyof typeof named] : null;
  const file = (format === null ? argument : rest.join(' ')).trim();
  return { format: format ?? (/\.json$/.test(file) ? 'json' : 'markdown'), file: file === '' ? null : file };
}
