import { randomUUID } from 'node:crypto';
import { secretsOfEnvironment } from '../app/masking/known-secrets.ts';
import { jsonLine } from '../lib/json-line.ts';
import { createMasker, type Masker } from '../lib/mask.ts';
import { OpsError } from '../lib/ops-error.ts';
import { version } from '../lib/version.ts';
import { ENDINGS } from '../protocol/outcome.ts';
import type { LoadScreen } from './command-call.ts';
import type { CommandRow } from './command-row.ts';
import { COMMANDS, COMMON_OPTIONS } from './command-table.ts';
import { commandFirst, refuseNearCommand } from './find-command.ts';
import { parseArguments } from './parse-arguments.ts';
import { processStreams, type Streams } from './streams.ts';

/** Answers with the exit status. Everything written is with its reader by then. */
export async function main(words: readonly string[], loadScreen: LoadScreen): Promise<number> {
  const argv = commandFirst(words);
  // Most calls say nothing before settings are read, and have a masker that knows more by then.
  let masker: Masker | undefined;
  const streams = processStreams((text) => {
    masker ??= createMasker(secretsOfEnvironment(process.env));
    return masker.mask(text);
  });
  // What is thrown where nobody waits for it: Node would show it unmasked, and give whoever reads JSON nothing. The run
  // that it broke may wait for ever, so this is the one place that ends the process, and what it said is drained by then.
  const crash = (error: unknown): void => {
    const end = () => process.exit(ENDINGS.bug.exitCode);
    fail(error, argv, streams).then(end, end);
  };
  process.once('uncaughtException', crash);
  const status = await dispatch(argv, streams, loadScreen).catch((error: unknown) =>
    fail(error, argv, streams),
  );
  process.removeListener('uncaughtException', crash);
  const lost = streams.lost();
  if (lost === null) return status;
  await streams.err(`steward: not all of the answer could be written to stdout: ${lost.message}\n`);
  // Whoever asked has no answer: for them that is no success, whatever the run came to.
  return status === 0 ? ENDINGS.bug.exitCode : status;
}

/** Everything that goes wrong outside a run. Whoever reads JSON gets a result object on this path too. */
async function fail(error: unknown, argv: readonly string[], streams: Streams): Promise<number> {
  const isOps = error instanceof OpsError;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const reason = isOps ? error.reason : 'bug';
  const message = isOps ? error.message : stack;
  const hint = isOps ? error.hint : null;
  const { failureObject, wantedFormat } = await import('./print/failure.ts');
  if (wantedFormat(argv) !== 'text' && opensRuns(argv)) {
    const text = hint === null ? message : `${message} (${hint})`;
    const object = failureObject(reason, streams.mask(text), { sessionId: '', uuid: randomUUID() });
    await streams.out(jsonLine(object));
  }
  await streams.err(`steward: ${isOps ? '' : 'a bug: '}${message}\n${hint === null ? '' : `  ${hint}\n`}`);
  if (isOps && argv.includes('--debug')) await streams.err(`${stack}\n`);
  return ENDINGS[reason].exitCode;
}

/** Only what opens runs promises result objects. */
function opensRuns(argv: readonly string[]): boolean {
  const named = COMMANDS.find(({ name }) => name === argv[0]) ?? COMMANDS[0];
  return named?.options.some(({ name }) => name === 'output-format') ?? false;
}

/**
 * Is the code of this call worth keeping compiled? Runs are what is started often and unwatched; one that failed at once
 * would leave out what the others need.
 */
export function isTypical(argv: readonly string[], status: number): boolean {
  const isQuestion = argv.some((word) => ['--version', '-v', '--help', '-h'].includes(word));
  const isFailure = Object.values(ENDINGS).some(
    ({ exitCode, outcome }) => exitCode === status && outcome === 'failed',
  );
  return opensRuns(commandFirst(argv)) && !isQuestion && !isFailure;
}

async function dispatch(argv: readonly string[], streams: Streams, loadScreen: LoadScreen): Promise<number> {
  const named = COMMANDS.find(({ name }) => name === argv[0]);
  const command = named ?? COMMANDS[0];
  if (command === undefined) throw new Error('the command table is empty');
  const isScreen = named === undefined && opensScreen(argv, streams);
  if (named === undefined && ((argv.length === 0 && !isScreen) || argv[0] === 'help'))
    return help(streams, argv.length === 0);
  if (named === undefined && !isScreen) refuseNearCommand(argv);
  const words = named === undefined ? argv : argv.slice(1);
  const given = isScreen ? bindBareResume(words) : words;
  const args = parseArguments(bindDebugFilter(given), rowsOf(command));
  if (args.has('version')) {
    await streams.out(`${version()} (steward)\n`);
    return 0;
  }
  if (args.has('help')) {
    const { commandHelp, helpText } = await import('./help.ts');
    const isAboutAll = named === undefined && !args.has('print');
    await streams.out(isAboutAll ? helpText() : commandHelp(command));
    return 0;
  }
  const run = isScreen ? (await import('./commands/index.ts')).session : await command.load();
  return run({ name: command.name, args, streams, env: process.env, cwd: startFolder(), loadScreen });
}

function startFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new OpsError('no-folder', 'input', 'the folder that steward was started in is gone', {
      hint: 'cd into one that is there',
      cause: error,
    });
  }
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

/** A conversation needs a terminal on both sides; whoever asks for an output for programs gets that. */
function opensScreen(argv: readonly string[], { stdin, isOutTerminal }: Streams): boolean {
  return (
    stdin.kind === 'terminal' &&
    isOutTerminal &&
    argv[0] !== 'help' &&
    !argv.some((word) => PRINTS.test(word))
  );
}

const PRINTS =
  /^(-[a-z]*p|--print|--goal|--set|--output-format|--json-schema|--include-partial-messages|--probes|--session-id|--verbose|--version|--help|-[vh])(=|$)/;

/** `-r` without a run opens the list of runs. */
function bindBareResume(argv: readonly string[]): string[] {
  return argv.map((word, index) => {
    const next = argv[index + 1];
    const isBare = (word === '-r' || word === '--resume') && (next === undefined || next.startsWith('-'));
    return isBare ? '--resume=' : word;
  });
}

/** Claude Code's `--debug=filter`; a filter binds only with `=`, and we show everything anyway. */
function bindDebugFilter(argv: readonly string[]): string[] {
  return argv.map((word) => (word.startsWith('--debug=') ? '--debug' : word));
}
