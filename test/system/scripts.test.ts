import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Box, createBoxWithModel, type Ended, PROGRAM, readLines, readResult } from './steward.ts';

/** Scripts that were written for another agent's command line, with our name in its place. */
const SCHEDULED_CHECK = `#!/usr/bin/env bash
set -e
CONTEXT=$(./gather-context.sh)
GOAL=$(cat goals/health-check.md)

steward --print "
## Context
$CONTEXT

## Goal
$GOAL

## Constraints
- You can read any file in this repo
- You can run nomad/consul/systemctl commands
- You can edit Nix/HCL files and run deploy
- Before destructive actions, validate with nix build or nomad plan
- If uncertain about safety, output a summary and stop
"
`;

const GATHER = `#!/usr/bin/env bash
echo "=== Kernel ==="
uname -s
echo "=== Failed Systemd Units ==="
echo "● backup.service loaded failed failed nightly \\"backup\\""
`;

function gitWorkTree(box: Box, files: Record<string, string>): void {
  const git = (...args: string[]): void => {
    const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'init.defaultBranch=main'];
    execFileSync('git', [...who, ...args], { cwd: box.cwd, env: box.env, stdio: 'ignore' });
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(box.cwd, name), text);
  git('init');
  git('add', '.');
  git('commit', '-m', 'start');
}

const LIKE_CLAUDE = [
  '--allowedTools',
  'Bash,Read,Edit',
  '--permission-mode',
  'acceptEdits',
  '--output-format',
  'json',
];

function edits(box: Box) {
  const path = join(box.cwd, 'web.hcl');
  return {
    path,
    script: [
      { toolCalls: [{ name: 'Read', input: { file_path: path } }] },
      {
        toolCalls: [
          { name: 'Edit', input: { file_path: path, old_string: 'count = 1', new_string: 'count = 2' } },
        ],
      },
      { text: 'Scaled web to 2.' },
    ],
  };
}

/** A box in whose work tree a scripted model edits web.hcl; `after` is what the run left. */
async function runEdit(): Promise<{ box: Box; path: string; run: string; ended: Ended }> {
  const holder: { box?: Box } = {};
  const { box } = await createBoxWithModel((request) => {
    if (holder.box === undefined) throw new Error('no box yet');
    return edits(holder.box).script[request.assistantMessages] ?? { text: 'over' };
  });
  holder.box = box;
  gitWorkTree(box, { 'web.hcl': 'group "web" {\n  count = 1\n}\n' });
  const ended = await box.run(['-p', 'Scale web to 2.', ...LIKE_CLAUDE]);
  return { box, path: edits(box).path, run: readResult(ended).session_id, ended };
}

describe('a scheduled check written for another agent', () => {
  it('works with steward in its place', async () => {
    const { box, server } = await createBoxWithModel([
      { toolCalls: [{ name: 'Bash', input: { command: 'uname -s' } }] },
      { text: 'backup.service failed; I would look at its log. I changed nothing.' },
    ]);
    const scripts = { 'scheduled-check': SCHEDULED_CHECK, 'gather-context.sh': GATHER };
    for (const [name, text] of Object.entries(scripts)) {
      writeFileSync(join(box.cwd, name), text);
      chmodSync(join(box.cwd, name), 0o755);
    }
    mkdirSync(join(box.cwd, 'goals'));
    writeFileSync(join(box.cwd, 'goals', 'health-check.md'), 'Verify health; fix if safe.\n');
    // Not synchronously: the model that it asks lives in this process.
    const { stdout } = await promisify(execFile)(join(box.cwd, 'scheduled-check'), {
      cwd: box.cwd,
      env: { ...box.env, PATH: `${dirname(PROGRAM)}:${box.env.PATH}` },
    });
    expect(stdout).toBe('backup.service failed; I would look at its log. I changed nothing.\n');
    const prompt = server.requests[0]?.lastText;
    for (const part of [
      '## Context\n=== Kernel ===\nLinux',
      '## Goal\nVerify health; fix if safe.',
      'nightly "backup"',
    ]) {
      expect(prompt).toContain(part);
    }
    expect(server.requests[1]?.lastText).toContain('Linux');
  });
});

describe('an answer that claims what was refused', () => {
  it('is followed on stderr by what was not done', async () => {
    const { box } = await createBoxWithModel([
      { toolCalls: [{ name: 'Write', input: { file_path: 'a', content: 'x' } }] },
      { text: 'I wrote it.' },
    ]);
    const { code, stdout, stderr } = await box.run(['-p', 'write it']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'I wrote it.\n' });
    expect(stderr).toMatch(/^steward: 1 call was refused \(Write\), and not done; steward runs show \S{8} /);
  });
});

describe('edits under --permission-mode acceptEdits', () => {
  it('happen in a git work tree, and end with 0', async () => {
    const { path, ended } = await runEdit();
    expect(ended.code).toBe(0);
    expect(readResult(ended)).toMatchObject({
      subtype: 'success',
      result: 'Scaled web to 2.',
      permission_denials: [],
      outcome: 'reported',
    });
    expect(readFileSync(path, 'utf8')).toBe('group "web" {\n  count = 2\n}\n');
  });

  it('do not happen outside of one, and the model is told why', async () => {
    const { box, server } = await createBoxWithModel([
      { toolCalls: [{ name: 'Write', input: { file_path: 'a', content: 'x' } }] },
      { text: 'I could not.' },
    ]);
    const refused = await box.run(['-p', 'write it', '--permission-mode', 'acceptEdits']);
    expect(refused.stderr).toContain('1 call was refused (Write)');
    expect(existsSync(join(box.cwd, 'a'))).toBe(false);
    expect(server.requests[1]?.lastText).toContain('it is not in the git work tree of the working directory');
    const path = join(box.cwd, 'b');
    const { box: other } = await createBoxWithModel([
      { toolCalls: [{ name: 'Write', input: { file_path: path, content: 'x' } }] },
      { text: 'I wrote it.' },
    ]);
    expect((await other.run(['-p', 'write it', '--allowedTools', `Write(/${path})`])).stderr).not.toContain(
      'refused',
    );
    expect(readFileSync(path, 'utf8')).toBe('x');
  });

  it('are taken back by steward undo, once', async () => {
    const { box, path, run } = await runEdit();
    const undone = await box.run(['undo', run.slice(0, 8)]);
    expect(undone).toMatchObject({ code: 0, stdout: expect.stringContaining(`restored   ${path}`) });
    expect(readFileSync(path, 'utf8')).toBe('group "web" {\n  count = 1\n}\n');
    expect((await box.run(['undo', run])).stdout).not.toContain('restored');
    expect((await box.run(['runs', 'verify', run])).code).toBe(0);
  });

  it('are not said to be all there was by the undo of a run whose log does not hold', async () => {
    const { box, path, run } = await runEdit();
    const log = join(box.home, '.local/state/steward/runs', `${run}.jsonl`);
    writeFileSync(log, readFileSync(log, 'utf8').replace('"file.checkpointed"', '"file.lost"'));
    const undone = await box.run(['undo', run]);
    expect([undone.code, undone.stdout]).toEqual([
      60,
      expect.stringMatching(/the log of this run does not hold/),
    ]);
    expect(readFileSync(path, 'utf8')).toContain('count = 2');
    const list = await box.run(['runs', 'list']);
    expect(list.stdout).toMatch(/escalated .*1 after run/);
  });

  it('are left alone by undo in a file that changed since', async () => {
    const { box, path, run } = await runEdit();
    writeFileSync(path, 'group "web" {\n  count = 3\n}\n');
    const undone = await box.run(['undo', run]);
    expect([undone.code, undone.stdout]).toEqual([60, expect.stringContaining(`left       ${path}`)]);
    expect(readFileSync(path, 'utf8')).toContain('count = 3');
  });

  it('are left alone by undo where a folder is now, and the undo still ends as a run', async () => {
    const { box, path, run } = await runEdit();
    rmSync(path);
    mkdirSync(path);
    const { code, stdout } = await box.run(['undo', run, '--json']);
    const done = JSON.parse(stdout);
    expect([code, done]).toEqual([
      60,
      expect.objectContaining({ restored: [], refused: [{ path, reason: `${path} is a folder` }] }),
    ]);
    const shown = readLines((await box.run(['runs', 'show', done.undo, '--json'])).stdout);
    expect(shown.at(-1)).toMatchObject({ event: { type: 'run.closed', reason: 'escalated' } });
  });

  it('are refused without that mode, and the run goes on', async () => {
    const holder: { box?: Box } = {};
    const { box } = await createBoxWithModel(
      (request) =>
        (holder.box ? edits(holder.box).script[request.assistantMessages] : undefined) ?? { text: 'over' },
    );
    holder.box = box;
    gitWorkTree(box, { 'web.hcl': 'count = 1\n' });
    const { code, result } = await box.json(['-p', 'x', '--allowedTools', 'Bash,Read,Edit']);
    expect(code).toBe(0);
    expect(result.permission_denials).toEqual([expect.objectContaining({ tool_name: 'Edit' })]);
    expect(readFileSync(edits(box).path, 'utf8')).toBe('count = 1\n');
  });

  it('are refused when nothing is kept on disk', async () => {
    const holder: { box?: Box } = {};
    const { box } = await createBoxWithModel(
      (request) =>
        (holder.box ? edits(holder.box).script[request.assistantMessages] : undefined) ?? { text: 'over' },
    );
    holder.box = box;
    gitWorkTree(box, { 'web.hcl': 'count = 1\n' });
    const ended = await box.run(['-p', 'x', ...LIKE_CLAUDE, '--no-session-persistence']);
    expect(readResult(ended).permission_denials).toHaveLength(1);
    expect(readFileSync(edits(box).path, 'utf8')).toBe('count = 1\n');
    expect((await box.run(['runs', 'list'])).stdout).toContain('No runs in');
  });
});

describe('lists of tools', () => {
  it.each([
    ['commas', ['--allowedTools', 'Bash,Read,Edit']],
    ['spaces', ['--allowed-tools', 'Bash Read Edit']],
    ['words', ['--allowedTools', 'Bash', 'Read', 'Bash(git log *)', 'Edit']],
    ['repetition', ['--allowedTools', 'Bash', '--allowed-tools', 'Bash(git diff *)']],
    ['tools that we do not have', ['--allowedTools', 'Bash,Glob,Grep,WebFetch,mcp__github__search']],
  ])('are taken as the original takes them: %s', async (_, args) => {
    const { box, server } = await createBoxWithModel([{ text: 'ok' }]);
    const { code, result, stderr } = await box.json(['-p', 'only these words', ...args]);
    expect({ code, stderr, result: result.result }).toEqual({ code: 0, stderr: '', result: 'ok' });
    expect(server.requests[0]?.lastText).toMatch(/only these words$/);
  });
});
