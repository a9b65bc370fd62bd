import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpsError } from '../../../src/lib/ops-error.ts';
import type { LogLine, RunEvent } from '../../../src/protocol/event.ts';
import { changesPage } from '../../../src/tui/commands/changes-page.ts';
import { splitCommand } from '../../../src/tui/commands/command.ts';
import { readExport } from '../../../src/tui/commands/conversation-commands.ts';
import { copySequence } from '../../../src/tui/commands/copy-answer.ts';
import { readGoal, readPause } from '../../../src/tui/commands/machine-commands.ts';
import { readMode } from '../../../src/tui/commands/policy-commands.ts';
import { commandEntries, fillIn, runCommand } from '../../../src/tui/commands/run-command.ts';
import { readTheme } from '../../../src/tui/commands/screen-commands.ts';
import { findCommand, SLASH_COMMANDS, usageOf } from '../../../src/tui/commands/table.ts';
import type { CommandContext } from '../../../src/tui/slots.ts';
import { initialState } from '../../../src/tui/store/state.ts';
import { createFakeClient, type FakeProgram, statusOf } from '../../fakes/client.ts';
import { called, replied } from '../../fakes/conversation.ts';

interface Tried {
  asked: unknown[][];
  shown: Parameters<CommandContext['show']>[0][];
  dispatched: Parameters<CommandContext['dispatch']>[0][];
  written: string[];
  isLeft: boolean;
}

async function tryLine(
  line: string,
  program: FakeProgram = {},
  mode: 'default' | 'plan' = 'default',
): Promise<Tried> {
  const client = createFakeClient(program);
  const tried: Tried = { asked: client.asked, shown: [], dispatched: [], written: [], isLeft: false };
  await runCommand(line, {
    client,
    state: () => ({ ...initialState({ columns: 80, rows: 24 }), status: statusOf({ mode }) }),
    dispatch: (input) => void tried.dispatched.push(input),
    show: (item) => void tried.shown.push(item),
    draft: () => undefined,
    write: (sequence) => void tried.written.push(sequence),
    leave: () => {
      tried.isLeft = true;
    },
  });
  return tried;
}

const lines = (...events: RunEvent[]): LogLine[] =>
  events.map((event, index) => ({
    seq: index + 1,
    time: '2026-11-21T03:00:00.000Z',
    event,
    prev: '',
    hash: '',
  }));

describe('the table of slash commands', () => {
  it('has what people expect', () => {
    const names = SLASH_COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(names.toSorted().join(' ')).toBe(
      'approval approvals clear compact context continue copy cost diff doctor exit export findings goal goals help memory mode model new pause permissions plan policy quit rename report resume rewind runs snapshot status theme tools usage',
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('says each in one short line', () => {
    for (const known of SLASH_COMMANDS) {
      expect(known.doc).toMatch(/^[a-z].*[^.]$/);
      expect(known.doc.length).toBeLessThanOrEqual(72);
      expect(usageOf(known)).toMatch(/^\/[a-z]+( (<[^>]+>|\[[^\]]+\]))*$/);
    }
  });

  it('is found by name and by alias, and keeps its commands from being replaced', () => {
    expect(findCommand('usage')?.name).toBe('cost');
    const own = [
      { name: 'exit', description: 'not this one', text: 'x', source: '/x.md' },
      { name: 'rotate', description: 'rotate logs', text: 'rotate $ARGUMENTS', source: '/y.md' },
    ];
    const entries = commandEntries(own);
    expect(entries.filter(({ name }) => name === 'exit')).toMatchObject([
      { isOwn: false, aliases: ['quit'] },
    ]);
    expect(entries.at(-1)).toEqual({
      name: 'rotate',
      aliases: [],
      description: 'rotate logs',
      argumentHint: '[words]',
      isOwn: true,
    });
  });

  it('does something that shows for every command', async () => {
    const program: FakeProgram = { lines: lines(replied('all is well')) };
    for (const { name } of SLASH_COMMANDS) {
      const { asked, shown, dispatched, isLeft } = await tryLine(`/${name}`, program);
      expect(asked.length + shown.length + dispatched.length + Number(isLeft), name).toBeGreaterThan(0);
    }
  });
});

describe('a slash command', () => {
  it('is split into its name and the rest', () => {
    expect(splitCommand('  /Compact  keep the\nnumbers ')).toEqual({
      name: 'compact',
      argument: 'keep the\nnumbers',
    });
    expect(splitCommand('/')).toEqual({ name: '', argument: '' });
  });

  it.each([
    ['/compact the disk', ['compact', 'the disk']],
    ['/compact', ['compact', null]],
    ['/resume r7', ['open', 'r7']],
    ['/model qwen3:14b', ['setModel', 'qwen3:14b']],
    ['/goals health-check disk=/srv a=b=c', ['runGoal', 'health-check', { disk: '/srv', a: 'b=c' }]],
    ['/pause 2h', ['setPaused', { forMs: 7_200_000 }]],
    ['/pause', ['setPaused', { forMs: null }]],
    ['/pause off', ['setPaused', null]],
    ['/approvals approve a-7', ['answerApproval', 'a-7', { kind: 'approve', comment: null }]],
    ['/approvals deny a-7 not tonight', ['answerApproval', 'a-7', { kind: 'deny', comment: 'not tonight' }]],
    ['/permissions acceptEdits', ['setMode', 'acceptEdits']],
    ['/plan', ['setMode', 'plan']],
    ['/export json /tmp/a b.json', ['exportRun', 'json', '/tmp/a b.json']],
  ])('%s asks for %j', async (line, asked) => {
    expect((await tryLine(line)).asked).toContainEqual(asked);
  });

  it('shows what waits: one at once, several to choose from, and says how an answer went', async () => {
    const option = { id: 'a-7', title: 'x', target: 'y', effect: 'disruptive' as const, expiresAt: 0 };
    const pages = { approvals: '# Serve on 8080' };
    const one = await tryLine('/approvals', { approvals: [option], pages });
    expect(one.shown).toEqual([{ kind: 'page', title: '/approvals', markdown: '# Serve on 8080' }]);
    const two = await tryLine('/approvals', { approvals: [option, { ...option, id: 'a-8' }] });
    expect(two.dispatched).toEqual([{ kind: 'picker-opened', picker: 'approvals' }]);
    const yes = await tryLine('/approvals approve a-7');
    expect(yes.shown.map((item) => 'text' in item && item.text)).toEqual([
      'a-7: looking again, then carried out',
      'a-7: fixed (0), run 1234abcd.',
    ]);
    const wrong = await tryLine('/approvals aprove a-7');
    expect(wrong.shown).toMatchObject([{ kind: 'notice', level: 'trouble', text: '"aprove" is no answer' }]);
    expect(wrong.asked).toEqual([]);
  });

  it('leaves plan mode when it is in it', async () => {
    expect((await tryLine('/plan', {}, 'plan')).asked).toContainEqual(['setMode', 'default']);
  });

  it.each([
    ['/resume', 'resume'],
    ['/rewind', 'rewind'],
    ['/model', 'model'],
    ['/goal', 'goals'],
    ['/theme', 'theme'],
  ])('%s opens a list', async (line, picker) => {
    expect((await tryLine(line)).dispatched).toEqual([{ kind: 'picker-opened', picker }]);
  });

  it('shows a page with the words it was asked with', async () => {
    const { shown } = await tryLine('/runs disk', { pages: { runs: '# Runs' } });
    expect(shown).toEqual([{ kind: 'page', title: '/runs disk', markdown: '# Runs' }]);
    const cost = await tryLine('/usage', { pages: { cost: '# Cost' } });
    expect(cost.shown).toEqual([{ kind: 'page', title: '/cost', markdown: '# Cost' }]);
  });

  it.each([
    ['/hlep', 'did you mean /help?'],
    ['/rotat', 'did you mean /rotate?'],
    ['/xyzzyplugh', '/help lists them'],
    ['/pause soon', '/pause 2h, /pause, /pause off'],
    ['/goals x y', '/goals <name> key=value'],
    ['/permissions acceptedits2', 'did you mean acceptEdits?'],
    ['/theme drak', 'did you mean dark?'],
  ])('%s is answered with "%s"', async (line, hint) => {
    const own = [{ name: 'rotate', description: '', text: 'x', source: '' }];
    const { shown, asked } = await tryLine(line, { ownCommands: own });
    expect(shown).toMatchObject([{ kind: 'notice', level: 'trouble', hint }]);
    expect(asked.filter(([method]) => method !== 'ownCommands')).toEqual([]);
  });

  it('cannot lift all permissions', () => {
    expect(() => readMode('bypassPermissions')).toThrow(OpsError);
    expect(readMode('manual')).toBe('default');
  });

  it('of the operator fills in what was typed', async () => {
    const own = [{ name: 'rotate', description: '', text: 'rotate $ARGUMENTS now', source: '' }];
    expect((await tryLine('/rotate $& and $1', { ownCommands: own })).asked).toContainEqual([
      'say',
      'rotate $& and $1 now',
    ]);
    expect(fillIn({ text: 'look\n' }, 'at it')).toBe('look\n\nat it');
  });

  it('copies the newest answer through the terminal', async () => {
    const program: FakeProgram = { lines: lines(replied('old'), replied('grün'), replied('')) };
    const { written } = await tryLine('/copy', program);
    expect(written).toEqual([`\u001b]52;c;${Buffer.from('grün').toString('base64')}\u0007`]);
    expect((await tryLine('/copy')).shown).toMatchObject([{ level: 'trouble' }]);
  });

  it('lets no text out of the sequence that copies it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(copySequence(text)).toMatch(/^\u001b\]52;c;[A-Za-z0-9+/=]*\u0007$/);
      }),
    );
  });

  it('shows what changed in files, whatever stands in them', () => {
    const diff = '@@ line 3 @@\n-```\n+````\n';
    const page = changesPage(
      lines(
        called('C1', 'Bash', { command: 'ls' }, { ok: true, text: 'x' }),
        called('C2', 'Edit', { file_path: '/etc/hosts' }, { ok: true, text: diff }),
        called('C3', 'Edit', { file_path: '/etc/fstab' }, { ok: false, text: diff }),
      ),
    );
    expect(page).toBe(`**/etc/hosts** (C2)\n\n\`\`\`\`\`diff\n${diff}\n\`\`\`\`\``);
    expect(changesPage([])).toBe('This run changed no file.');
  });
});

describe('what stands behind a command', () => {
  it.each([
    ['', { format: 'markdown', file: null }],
    ['json', { format: 'json', file: null }],
    ['md notes', { format: 'markdown', file: 'notes' }],
    ['/tmp/x.json', { format: 'json', file: '/tmp/x.json' }],
    ['constructor', { format: 'markdown', file: 'constructor' }],
  ] as const)('"%s" is an export to %j', (argument, expected) => {
    expect(readExport(argument)).toEqual(expected);
  });

  it('is read or refused with an OpsError, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (argument) => {
        for (const read of [readGoal, readPause, readMode, readTheme, readExport, splitCommand]) {
          try {
            read(argument);
          } catch (error) {
            expect(error).toBeInstanceOf(OpsError);
          }
        }
      }),
    );
  });
});
