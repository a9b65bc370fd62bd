import { parseDuration } from '../../lib/duration.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandContext } from '../slots.ts';
import { command, type SlashCommand } from './command.ts';
import { showPage } from './show-page.ts';

/** About the machine, what watches it and what works on it. */
export const MACHINE_COMMANDS: readonly SlashCommand[] = [
  command('findings', 'machine', 'list what is wrong now', showPage('findings')),
  command('snapshot', 'machine', 'look at the machine again', ({ client }) => client.snapshot()),
  command(
    'goals',
    'machine',
    'choose a goal to work on, or run the one named',
    ({ client, dispatch }, argument) => {
      if (argument === '') return dispatch({ kind: 'picker-opened', picker: 'goals' });
      const { name, sets } = readGoal(argument);
      client.runGoal(name, sets);
    },
    { aliases: ['goal'], hint: '[name] [key=value]' },
  ),
  command('approvals', 'machine', 'show what waits for a yes, and answer it', answerApproval, {
    aliases: ['approval'],
    hint: '[id] [approve|deny id] [comment]',
  }),
  command('runs', 'machine', 'list earlier runs and how they ended', showPage('runs'), { hint: '[words]' }),
  command(
    'pause',
    'machine',
    'hold everything that would change something; "off" lets it go on',
    async ({ client }, argument) => client.setPaused(readPause(argument)),
    { hint: '[2h|off]' },
  ),
  command('doctor', 'machine', 'check that steward itself is in order', showPage('doctor')),
  command(
    'status',
    'machine',
    'show version, model, policy, host and where things are kept',
    showPage('status'),
  ),
  command('memory', 'machine', 'show what steward was told to keep in mind here', showPage('memory')),
];

/** A yes can take minutes: that it has begun is said at once. */
async function answerApproval(context: CommandContext, argument: string): Promise<void> {
  const { kind, id, comment } = readApproval(argument);
  const { client, show, dispatch } = context;
  const say = (text: string): void => show({ kind: 'notice', level: 'info', text, hint: null });
  if (kind === 'list') {
    const waiting = await client.approvals();
    return waiting.length > 1
      ? dispatch({ kind: 'picker-opened', picker: 'approvals' })
      : showPage('approvals')(context, '');
  }
  if (kind === 'show') return showPage('approvals')(context, id);
  if (kind === 'approve') say(`${id}: looking again, then carried out`);
  say(await client.answerApproval(id, { kind, comment }));
}

/** `a-7f3k9q`, `approve a-7f3k9q go on`. */
export function readApproval(argument: string): {
  kind: 'list' | 'show' | 'approve' | 'deny';
  id: string;
  comment: string | null;
} {
  const [, verb = '', id = '', comment = ''] = /^(\S*)\s*(\S*)\s*([\s\S]*)$/.exec(argument) ?? [];
  if (verb === '') return { kind: 'list', id: '', comment: null };
  if (verb !== 'approve' && verb !== 'deny') {
    if (id === '') return { kind: 'show', id: verb, comment: null };
    throw new OpsError('approval-verb', 'usage', `"${verb}" is no answer`, {
      hint: '/approvals approve ID [comment], /approvals deny ID [comment]',
    });
  }
  if (id === '') throw new OpsError('approval-id', 'usage', 'which one?', { hint: `/approvals ${verb} ID` });
  return { kind: verb, id, comment: comment === '' ? null : comment };
}

/** `health-check disk=/srv` → its name and settings. */
export function readGoal(argument: string): { name: string; sets: Record<string, string> } {
  const [name = '', ...pairs] = argument.split(/\s+/);
  const sets: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1)
      throw new OpsError('goal-set', 'usage', `"${pair}" is not key=value`, {
        hint: '/goals <name> key=value',
      });
    sets[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return { name, sets };
}

/** What to hand to `setPaused`: null lets things go on. */
export function readPause(argument: string): { forMs: number | null } | null {
  if (argument === '') return { forMs: null };
  if (/^(?:off|end|stop|resume)$/i.test(argument)) return null;
  const forMs = parseDuration(argument.replace(/^for\s+/, ''));
  if (forMs === undefined || forMs === 0) {
    throw new OpsError('pause', 'usage', `"${argument}" is not a time`, {
      hint: '/pause 2h, /pause, /pause off',
    });
  }
  return { forMs };
}
