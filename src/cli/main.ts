import { OpsError } from '../lib/ops-error.ts';
import { ENDINGS } from '../protocol/outcome.ts';
import { COMMANDS, COMMON_OPTIONS, type CommandRow } from './command-table.ts';
import { parseArguments } from './parse-arguments.ts';
import { processStreams, type Streams } from './streams.ts';

declare const STEWARD_VERSION: string;

/** Answers with the exit status. Everything written is with its reader by then. */
export async function main(argv: readonly string[]): Promise<number> {
  const streams = processStreams();
  try {
    return await dispatch(argv, streams);
  } catch (error) {
    if (!(error instanceof OpsError)) {
      await streams.err(
        `steward: a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      return ENDINGS.bug.exitCode;
    }
    await streams.err(`steward: ${error.message}\n${error.hint === null ? '' : `  ${error.hint}\n`}`);
    if (argv.includes('--debug')) await streams.err(`${error.stack ?? ''}\n`);
    return ENDINGS[error.reason].exitCode;
  }
}

async function dispatch(argv: readonly string[], streams: Streams): Promise<number> {
  const named = COMMANDS.find(({ name }) => name === argv[0]);
  const command = named ?? COMMANDS[0];
  if (command === undefined) throw new Error('the command table is empty');
  if (named === undefined && (argv.length === 0 || argv[0] === 'help'))
    return help(streams, argv.length === 0);
  const words = named === undefined ? argv : argv.slice(1);
  const args = parseArguments(bindDebugFilter(words), rowsOf(command));
  if (args.has('version')) {
    await streams.out(`${version()} (steward)\n`);
    return 0;
  }
  if (args.has('help')) {
    const { commandHelp } = await import('./help.ts');
    await streams.out(named === undefined ? (await import('./help.ts')).helpText() : commandHelp(command));
    return 0;
  }
  const { run } = await command.load();
  return run({ name: command.name, args, streams, env: process.env, cwd: process.cwd() });
}

async function help(streams: Streams, isMistake: boolean): Promise<number> {
  const { helpText } = await import('./help.ts');
  if (!isMistake) {
    await streams.out(helpText());
    return 0;
  }
  await streams.err(helpText());
  return ENDINGS.usage.exitCode;
}

function rowsOf(command: CommandRow): CommandRow['options'] {
  const own = new Set(command.options.map(({ name }) => name));
  return [...command.options, ...COMMON_OPTIONS.filter(({ name }) => !own.has(name))];
}

/** Claude Code's `--debug=filter`; a filter binds only with `=`, and we show everything anyway. */
function bindDebugFilter(argv: readonly string[]): string[] {
  return argv.map((word) => (word.startsWith('--debug=') ? '--debug' : word));
}

export function version(): string {
  return typeof STEWARD_VERSION === 'undefined' ? 'development' : STEWARD_VERSION;
}
