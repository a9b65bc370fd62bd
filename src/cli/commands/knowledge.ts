import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { CONFIDENCES, type Note } from '../../protocol/knowledge.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';

const USAGE = 'steward knowledge add [FILE] | search WORDS… | list | stale';
const MOST_LISTED = 100_000;

/** `steward knowledge …`: notes of what was learned. Its parts are loaded only here. */
export async function run(call: CommandCall): Promise<number> {
  const [verb = 'list', ...words] = call.args.positionals;
  switch (verb) {
    case 'add':
      return add(call, words);
    case 'search':
      return search(call, words.join(' '));
    case 'list':
      return list(call);
    case 'stale':
      return stale(call);
    default:
      throw new OpsError('usage', 'usage', USAGE);
  }
}

async function open(call: CommandCall) {
  const world = await worldOf(call);
  const tools = await import('../../app/knowledge/desk.ts');
  return { world, tools, now: world.clock.now() };
}

async function add(call: CommandCall, [file, ...rest]: readonly string[]): Promise<number> {
  const { args, streams } = call;
  const confidence = CONFIDENCES.find((each) => each === (args.value('confidence') ?? 'medium'));
  if (rest.length > 0 || confidence === undefined) {
    throw new OpsError(
      'usage',
      'usage',
      'steward knowledge add [FILE] [--title TEXT] [--applies-to NAME,…] [--confidence low|medium|high]',
    );
  }
  const { world, tools } = await open(call);
  const path = await tools.addNote(world, {
    text: file === undefined ? await readStdin(call) : await tools.readGiven(world, file),
    from: file ?? null,
    title: args.value('title') ?? null,
    appliesTo: args.list('applies-to'),
    learnedFrom: args.value('run') ?? null,
    confidence,
    isSystem: args.has('system'),
  });
  if (args.has('json')) await streams.out(jsonLine({ path }));
  else await streams.say(`Kept in ${path}\n`);
  return 0;
}

async function readStdin({ streams }: CommandCall): Promise<string> {
  if (streams.stdin.kind === 'none' || streams.stdin.kind === 'terminal') {
    throw new OpsError('usage', 'usage', 'there is no text to keep', {
      hint: 'name a file, or give the text on stdin',
    });
  }
  const parts: Uint8Array[] = [];
  for await (const chunk of streams.stdin.chunks()) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}

async function search(call: CommandCall, words: string): Promise<number> {
  if (words.trim() === '') throw new OpsError('usage', 'usage', 'steward knowledge search WORDS…');
  const limit = Number(call.args.value('limit') ?? 20);
  if (!Number.isInteger(limit) || limit < 1)
    throw new OpsError('usage', 'usage', '--limit: a number of notes');
  const { world, tools, now } = await open(call);
  const { notes, problems } = await tools.searchNotes(world, words, limit);
  if (call.args.has('json')) await call.streams.out(jsonLine(world.masker.maskValue({ notes, problems })));
  else if (notes.length === 0) await call.streams.say(`No note holds all of "${words}".\n`);
  else await call.streams.say(`${notes.map((note) => tools.noteWords(note, now, 400)).join('\n\n')}\n`);
  return tellProblems(call, problems);
}

async function list(call: CommandCall): Promise<number> {
  const { world, tools, now } = await open(call);
  const { notes, problems } = await tools.listNotes(world, MOST_LISTED);
  if (call.args.has('json')) await call.streams.out(jsonLine(world.masker.maskValue({ notes, problems })));
  else if (notes.length === 0) await call.streams.say('There are no notes yet: steward knowledge add.\n');
  else await call.streams.say(notes.map((note) => line(note, tools.ageOf(note, now))).join(''));
  return tellProblems(call, problems);
}

async function stale(call: CommandCall): Promise<number> {
  const { world, tools } = await open(call);
  const { found, problems } = await tools.findStale(world, MOST_LISTED);
  if (call.args.has('json'))
    await call.streams.out(
      jsonLine(
        world.masker.maskValue({
          stale: found.map(({ note, why }) => ({ path: note.path, title: note.title, why })),
          problems,
        }),
      ),
    );
  else if (found.length === 0) await call.streams.say('No note seems out of date.\n');
  else
    await call.streams.say(found.map(({ note, why }) => `${note.title}: ${why}\n  ${note.path}\n`).join(''));
  return tellProblems(call, problems);
}

function line({ title, appliesTo, scope, path, confidence }: Note, age: string): string {
  const about = appliesTo.length === 0 ? '' : ` · ${appliesTo.join(', ')}`;
  return `${title}${about} · ${age}, ${confidence} · ${scope}\n  ${path}\n`;
}

async function tellProblems({ streams }: CommandCall, problems: readonly string[]): Promise<number> {
  for (const problem of problems) await streams.err(`steward: left out: ${problem}\n`);
  return 0;
}
