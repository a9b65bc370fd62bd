import type { Client, PageName } from '../../app/client.ts';
import { parseDuration } from '../../lib/duration.ts';
import { PERMISSION_MODES } from '../../protocol/effect.ts';
import { readApproval } from '../commands/machine-commands.ts';

/** A command does its work through the client and gives what is to be said, as text. */
export interface PlainCommand {
  name: string;
  usage: string;
  run(client: Client, argument: string): Promise<string> | string;
}

const page = (name: PageName, usage: string): PlainCommand => ({
  name,
  usage,
  run: (client, argument) => client.page(name, argument),
});

/** What line mode knows besides `/help`, `/show`, `/older` and `/exit`, which are about line mode itself. */
export const PLAIN_COMMANDS: readonly PlainCommand[] = [
  page('findings', 'what is wrong now'),
  {
    name: 'snapshot',
    usage: 'look at the machine again',
    run: (client) => client.snapshot().then(() => ''),
  },
  page('goals', 'the goals there are'),
  {
    name: 'goal',
    usage: 'NAME [key=value …]: work on a goal',
    run(client, argument) {
      const [name = '', ...pairs] = argument.split(/\s+/).filter((word) => word !== '');
      if (name === '') return 'Say which goal. /goals lists them.';
      client.runGoal(
        name,
        Object.fromEntries(
          pairs.map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]),
        ),
      );
      return '';
    },
  },
  {
    name: 'approvals',
    usage: '[ID], approve ID [WORDS] or deny ID [WORDS]: what waits for a yes',
    async run(client, argument) {
      const { kind, id, comment } = readApproval(argument);
      return kind === 'list' || kind === 'show'
        ? client.page('approvals', id)
        : client.answerApproval(id, { kind, comment });
    },
  },
  page('runs', 'earlier runs'),
  {
    name: 'resume',
    usage: 'RUN: go on with an earlier run',
    async run(client, argument) {
      if (argument !== '') return client.open(argument).then(() => '');
      const runs = await client.runs({ text: '', limit: 10 });
      const lines = runs
        .filter(({ isResumable }) => isResumable)
        .map(({ run, name, title, outcome }) => `${run}, ${outcome}: ${name ?? title}`);
      return [...lines, 'Say which: /resume RUN'].join('\n');
    },
  },
  {
    name: 'model',
    usage: '[NAME]: the models there are, or another one',
    async run(client, argument) {
      if (argument !== '') return client.setModel(argument).then(() => '');
      const models = await client.models();
      return models
        .map(({ name, place, note, isCurrent }) => `${name}, ${place}${isCurrent ? ', in use' : ''}. ${note}`)
        .join('\n');
    },
  },
  {
    name: 'mode',
    usage: `${PERMISSION_MODES.join(' | ')}: what is asked about`,
    run(client, argument) {
      const mode = PERMISSION_MODES.find((candidate) => candidate === argument);
      if (mode === undefined) return `Say one of: ${PERMISSION_MODES.join(', ')}`;
      client.setMode(mode);
      return '';
    },
  },
  {
    name: 'pause',
    usage: '[2h]: nothing above observing is done until /unpause, or for so long',
    run(client, argument) {
      const forMs = argument === '' ? null : parseDuration(argument);
      if (forMs === undefined) return 'Say for how long, like 30m or 2h, or nothing.';
      return client.setPaused({ forMs }).then(() => '');
    },
  },
  { name: 'unpause', usage: 'end the pause', run: (client) => client.setPaused(null).then(() => '') },
  {
    name: 'rewind',
    usage: '[NUMBER]: back to before a prompt, with the files',
    async run(client, argument) {
      const points = await client.rewindPoints();
      const point = points[Number(argument) - 1];
      if (point !== undefined && /^\d+$/.test(argument)) {
        return client.rewind(point.id, { files: true }).then(() => '');
      }
      if (points.length === 0) return 'There is no prompt to go back to.';
      return [...points.map(({ prompt }, i) => `${i + 1}. ${prompt}`), 'Say which: /rewind NUMBER'].join(
        '\n',
      );
    },
  },
  {
    name: 'compact',
    usage: '[WORDS]: make the conversation shorter, with an eye on the words',
    run: (client, argument) => client.compact(argument || null).then(() => ''),
  },
  {
    name: 'clear',
    usage: 'begin an empty conversation',
    run(client) {
      client.clear();
      return '';
    },
  },
  {
    name: 'rename',
    usage: 'NAME: call this run so',
    run: (client, argument) => client.rename(argument).then(() => ''),
  },
  {
    name: 'export',
    usage: 'markdown | json [FILE]',
    run(client, argument) {
      const [format, file = null] = argument.split(/\s+/);
      return client.exportRun(format === 'json' ? 'json' : 'markdown', file);
    },
  },
  { name: 'explain', usage: 'COMMAND LINE: how policy decides about it', run: (c, line) => c.explain(line) },
  page('policy', 'the rules in force'),
  page('permissions', 'what is allowed for this run'),
  page('report', 'the report of this run'),
  page('status', 'model, mode and isolation'),
  page('context', 'what fills the context'),
  page('cost', 'tokens and money'),
  page('tools', 'what the model can use'),
  page('memory', 'notes it reads'),
  page('doctor', 'whether everything is set up'),
];

export function helpText(): string {
  return [
    'Type what you want and press Enter. A backslash at the end of a line lets it go on in the next.',
    'Ctrl+C ends what works. Ctrl+D or /exit leaves.',
    '! before a line: your own command. !! before it: the model is not told.',
    '/show C3: the whole output of a call. /older: earlier lines of this run.',
    ...PLAIN_COMMANDS.map(({ name, usage }) => `/${name}: ${usage}`),
  ].join('\n');
}
