import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PageName, Status } from '../../../src/app/client.ts';
import { createApprovalDesk } from '../../../src/app/session/approval-desk.ts';
import { exportRun } from '../../../src/app/session/export-run.ts';
import { createOwnLog } from '../../../src/app/session/own-log.ts';
import { listGoalNames } from '../../../src/app/session/pages/known.ts';
import { block, code, table } from '../../../src/app/session/pages/markdown.ts';
import { showPage } from '../../../src/app/session/pages/show-page.ts';
import { createPast } from '../../../src/app/session/past.ts';
import { createQuickLook } from '../../../src/app/session/snapshot.ts';
import { NO_USAGE } from '../../../src/protocol/model.ts';
import { createRunLog } from '../../../src/runs/index.ts';
import {
  callFinished,
  closedEvent,
  openedEvent,
  promptEvent,
  repliedEvent,
  toolUse,
} from '../../runs/scripted-run.ts';
import { type Bench, openBench, openBenchIn } from './support.ts';

const SECRET = 'wEi7quaiPhohX3ae';

const STATUS: Status = {
  version: 'test',
  host: 'nuc1',
  user: 'tester',
  cwd: '/srv',
  model: { name: 'scripted', place: 'local' },
  modelMissing: null,
  mode: 'default',
  autonomy: 'reversible',
  isolation: null,
  target: null,
  context: { usedTokens: 50_000, windowTokens: 200_000 },
  usage: NO_USAGE,
  costUsd: { run: 0, today: 0 },
  pendingApprovals: 0,
  paused: null,
  isWorking: false,
  run: null,
  runName: null,
};

/** A run with a call, a report and an ending; the session is on it. */
async function withRun(given?: Bench) {
  const bench = given ?? (await openBench({ DB_PASSWORD: SECRET }));
  const { world, cwd, session } = bench;
  // A month may end between what is written and what is shown.
  const now = world.clock.now();
  session.world = async () => ({ ...world, clock: { ...world.clock, now: () => now } });
  const log = await createRunLog({ store: world.store, run: 'r1', clock: world.clock, mask: (text) => text });
  for (const event of [
    openedEvent('r1', { goal: null, prompt: 'Why is | it full?', cwd }),
    promptEvent('Why is | it full?'),
    repliedEvent(1, [{ type: 'text', text: 'I look.' }, toolUse('t1', 'df -P')]),
    callFinished('C1', 't1', `\`\`\`\nfull ${SECRET}`),
    repliedEvent(2, [{ type: 'text', text: 'It is the journal.' }]),
    closedEvent({ result: 'It is the journal.' }),
  ]) {
    log.record(event);
  }
  log.close();
  session.state.run = 'r1';
  const past = createPast(session, { systemFolder: join(bench.home, 'none'), restart() {} });
  const quick = createQuickLook(session);
  const show = (name: PageName, argument = '') =>
    showPage(
      session,
      {
        approvals: createApprovalDesk(session, async () => {}).page,
        panel: quick.panel,
        runs: past.runs,
        status: () => STATUS,
        signal: new AbortController().signal,
      },
      name,
      argument,
    );
  return { ...bench, show, quick };
}

describe('the pages of a session', () => {
  it('show what a run cost, what it holds and what it said', async () => {
    const { show } = await withRun();
    const cost = await show('cost');
    expect(cost).toContain('| This run | $0.0020 | no limit |');
    expect(cost).toContain('| scripted | 2 | 200 | 10 | 20 | $0.0020 |');
    expect(cost).toContain('## This month, by model');
    const context = await show('context');
    expect(context).toContain('**50.0k** of 200.0k tokens (25 %)');
    expect(context).toContain('| Results of calls |');
    expect(await show('report')).toContain('It is the journal.');
  });

  it('show the rules with where they come from, and what nothing lifts', async () => {
    const { home } = await openBench();
    mkdirSync(join(home, '.config/steward'), { recursive: true });
    const settings = join(home, '.config/steward/steward.yaml');
    writeFileSync(settings, 'permissions: { allow: ["Bash(git log *)"], deny: ["Bash(rm *)"] }\n');
    const { show, session } = await withRun(await openBenchIn(home));
    session.state.rules.add('Bash(systemctl restart nginx)');
    const text = await show('permissions');
    expect(text).toContain(`| deny | \`Bash(rm *)\` | ${settings}`);
    expect(text).toContain(`| allow | \`Bash(git log *)\` | ${settings}`);
    expect(text).toContain('| allow | `Bash(systemctl restart nginx)` | your answer, for this run |');
    expect(text).toContain('floor:secret-file');
    expect(text.indexOf('| deny |')).toBeLessThan(text.indexOf('| allow |'));
  });

  it('explain and check a line of the operator', async () => {
    const { show } = await withRun();
    expect(await show('policy', 'explain systemctl restart nginx')).toContain('spec:systemctl.restart');
    expect(await show('policy', 'systemctl restart nginx')).toContain('Parsed as');
    expect(await show('policy', 'check df -P')).toContain('**allow** (observe,');
    await expect(show('policy', ' ')).rejects.toMatchObject({ code: 'usage' });
  });

  it('show the notes, the goals, the runs, the tools, the machine', async () => {
    const { show, cwd, quick, session } = await withRun();
    expect(await show('memory')).toContain('There is no AGENTS.md');
    writeFileSync(join(cwd, 'AGENTS.md'), `Be careful.\n\`\`\`\n${SECRET}\n`);
    const memory = await show('memory');
    expect(memory).toContain('Be careful.');
    expect(memory).toContain('\n````\n');
    expect(memory).not.toContain(SECRET);
    expect(await show('goals')).toContain('| health-check |');
    expect((await listGoalNames(session)).map(({ name }) => name)).toContain('health-check');
    expect(await show('runs')).toMatch(
      /\| `r1` \| \d{4}-\d\d-\d\d \d\d:\d\d \| reported \| Why is \\\| it full\? \|/,
    );
    expect(await show('tools')).toContain('| Bash | Runs one bash command line');
    expect(await show('status')).toContain(`- **Folder** ${cwd}\n`);
    expect(await show('status')).toContain('- **Model** scripted, on your own machines');
    expect(await show('findings')).toContain('Nobody has looked yet');
    await quick.refresh();
    expect(await show('findings')).toMatch(/Looked \d+m?s ago: \d probes? answered/);
    expect(await show('doctor')).toContain('- **Level of help** rules only');
  });

  it('are there before anything was asked', async () => {
    const { show, session } = await withRun();
    session.state.run = null;
    expect(await show('context')).toContain('Empty');
    expect(await show('cost')).toContain('No model was asked in this run yet.');
    expect(await show('report')).toContain('Nothing was reported');
  });
});

describe('a transcript', () => {
  it('reads like the conversation, with its secrets masked', async () => {
    const { session } = await withRun();
    const text = await exportRun(session, 'markdown', null);
    expect(text).toContain('## ❯ Why is | it full?');
    expect(text).toContain('### C1 Bash: ok\n\n```\n$ true\n```\n\n````\n```\nfull [masked:');
    expect(text.indexOf('I look.')).toBeLessThan(text.indexOf('It is the journal.'));
    expect(text).not.toContain(SECRET);
  });

  it('is a private new file of the operator, never one over another', async () => {
    const { session, cwd } = await withRun();
    await createOwnLog(session).record({ type: 'run.named', name: 'full disk' });
    const path = await exportRun(session, 'json', 'run.json');
    expect(path).toBe(join(cwd, 'run.json'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { run, lines } = JSON.parse(readFileSync(path, 'utf8'));
    expect([run, lines.length, lines.at(-1).event]).toEqual([
      'r1',
      7,
      { type: 'run.named', name: 'full disk' },
    ]);
    await expect(exportRun(session, 'markdown', 'run.json')).rejects.toMatchObject({ code: 'file-there' });
    await expect(exportRun(session, 'markdown', 'no/such/x.md')).rejects.toMatchObject({
      code: 'unwritable',
    });
    await exportRun(session, 'markdown', '~/out.md');
    expect(existsSync(join(cwd, '../out.md'))).toBe(true);
  });
});

describe('Markdown with words from outside', () => {
  it('stays one cell, one line, one block', () => {
    expect(table(['a'], [['x | y\nz']])).toBe('| a |\n| --- |\n| x \\| y z |');
    expect(code('a`b\nc')).toBe('`` a`b c ``');
    expect(block('```\nx\n````')).toBe('`````\n```\nx\n````\n`````');
  });
});
