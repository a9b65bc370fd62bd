import { nearest } from '../../lib/nearest.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { PERMISSION_MODES, type PermissionMode } from '../../protocol/effect.ts';
import { command, type SlashCommand } from './command.ts';
import { showPage } from './show-page.ts';

/** About what may be done, and who asks. */
export const POLICY_COMMANDS: readonly SlashCommand[] = [
  command(
    'model',
    'policy',
    'choose the model, from a list or by name',
    ({ client, dispatch }, argument) =>
      argument === '' ? dispatch({ kind: 'picker-opened', picker: 'model' }) : client.setModel(argument),
    { hint: '[name]' },
  ),
  command('plan', 'policy', 'only look, and make a plan; again to leave', ({ client, state }) =>
    client.setMode(state().status?.mode === 'plan' ? 'default' : 'plan'),
  ),
  command(
    'permissions',
    'policy',
    'show the rules in force, or change the mode',
    (context, argument) =>
      argument === '' ? showPage('permissions')(context, '') : context.client.setMode(readMode(argument)),
    { aliases: ['mode'], hint: '[mode]' },
  ),
  command('policy', 'policy', 'show what decides about commands, or why about one', showPage('policy'), {
    hint: '[explain <command>]',
  }),
  command('tools', 'policy', 'list what the model can use', showPage('tools')),
];

/** Bypassing is not reached by a word in the screen: only `steward` itself can be started so. */
export function readMode(argument: string): PermissionMode {
  const wanted = argument === 'manual' ? 'default' : argument;
  const modes = PERMISSION_MODES.filter((mode) => mode !== 'bypassPermissions');
  const mode = modes.find((known) => known.toLowerCase() === wanted.toLowerCase());
  if (mode !== undefined) return mode;
  const near = nearest(wanted, modes);
  const hint = near === undefined ? `one of ${modes.join(', ')}` : `did you mean ${near}?`;
  throw new OpsError('mode', 'usage', `"${argument}" is not a mode that can be chosen here`, { hint });
}
