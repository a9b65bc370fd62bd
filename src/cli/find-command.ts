import { nearest } from '../lib/nearest.ts';
import { OpsError } from '../lib/ops-error.ts';
import { COMMANDS, COMMON_OPTIONS } from './command-table.ts';
import type { OptionRow } from './option-table.ts';
import { isToolWord } from './parse-arguments.ts';

/** What comes after these is a prompt, also if it is a command's name; or nothing that is looked at. */
const TALK = ['print', 'continue', 'resume', 'goal', 'version'];

/** Whoever says so, wherever, has a prompt. */
const ASKS = /^(-[a-z]*p|--print)$/;

/**
 * `--debug run health-check` as `run --debug health-check`: whoever names a command means it, wherever the options stand.
 * As a prompt it would go to a model, and cost money.
 */
export function commandFirst(argv: readonly string[]): readonly string[] {
  if (argv[0]?.startsWith('-') !== true) return argv;
  const rows = [...COMMANDS.flatMap(({ options }) => options), ...COMMON_OPTIONS];
  let index = 0;
  while (index < argv.length) {
    const word = argv[index] ?? '';
    if (!word.startsWith('-')) break;
    const row = rowOf(word, rows);
    if (word === '--' || row === undefined || TALK.includes(row.name)) return argv;
    index += row.type === 'flag' || word.includes('=') ? 1 : 2;
    while (row.isToolList === true && isToolWord(argv[index] ?? '')) index += 1;
  }
  const word = argv[index];
  if (word === undefined || !COMMANDS.some(({ name }) => name === word && name !== 'print')) return argv;
  if (argv.slice(index + 1).some((other) => ASKS.test(other))) return argv;
  return [word, ...argv.slice(0, index), ...argv.slice(index + 1)];
}

/** A misspelt command in a script is no prompt: asked of a model it would end well every night, and check nothing. */
export function refuseNearCommand([first = '', ...rest]: readonly string[]): void {
  if (!/^[a-z][a-z-]*$/.test(first) || rest.some((word) => ASKS.test(word))) return;
  const guess = nearest(
    first,
    COMMANDS.map(({ name }) => name),
  );
  if (guess === undefined || guess === 'print') return;
  throw new OpsError('usage', 'usage', `there is no command "${first}"`, {
    hint: `did you mean steward ${guess}? A prompt goes with -p`,
  });
}

/** By its long or short spelling; of several letters behind one dash none is looked at: they can hold `-p`. */
function rowOf(word: string, rows: readonly OptionRow[]): OptionRow | undefined {
  const name = word.replace(/^--?/, '').replace(/=.*$/s, '');
  return rows.find((row) =>
    word.startsWith('--') ? row.name === name || row.aliases?.includes(name) === true : row.short === name,
  );
}
