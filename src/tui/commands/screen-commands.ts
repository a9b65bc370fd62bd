import { nearest } from '../../lib/nearest.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { THEME_NAMES, type ThemeName } from '../theme/theme-names.ts';
import { command, type SlashCommand } from './command.ts';

/** About the screen itself. `/help` needs the whole table and is made where that is. */
export const SCREEN_COMMANDS: readonly SlashCommand[] = [
  command(
    'theme',
    'screen',
    'choose the colours of the screen',
    ({ dispatch }, argument) =>
      argument === ''
        ? dispatch({ kind: 'picker-opened', picker: 'theme' })
        : dispatch({ kind: 'theme-chosen', theme: readTheme(argument) }),
    { hint: `[${THEME_NAMES.join('|')}]` },
  ),
  command('exit', 'screen', 'leave', ({ leave }) => leave(), { aliases: ['quit'] }),
];

export function readTheme(argument: string): ThemeName {
  const theme = THEME_NAMES.find((name) => name === argument.toLowerCase());
  if (theme !== undefined) return theme;
  const near = nearest(argument, THEME_NAMES);
  const hint = near === undefined ? `one of ${THEME_NAMES.join(', ')}` : `did you mean ${near}?`;
  throw new OpsError('theme', 'usage', `there is no theme "${argument}"`, { hint });
}
