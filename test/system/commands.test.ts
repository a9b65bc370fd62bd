import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Script } from '../wire/index.ts';
import { createBox, createBoxWithModel, readLines } from './steward.ts';

const ROOT = join(import.meta.dirname, '..', '..');

describe('steward runs', () => {
  it('lists, shows and verifies what a run did', async () => {
    const { box } = await createBoxWithModel([
      { toolCalls: [{ name: 'Bash', input: { command: 'uname -s' } }] },
      { text: 'Linux it is.' },
    ]);
    const { result } = await box.json(['-p', 'which kernel?']);
    const id = result.session_id;
    const list = await box.run(['runs', 'list']);
    expect(list).toMatchObject({ code: 0, stderr: '' });
    expect(list.stdout).toMatch(new RegExp(`^${id}  \\S+Z  reported +"which kernel\\?"`));
    const listed = JSON.parse((await box.run(['runs', 'list', '--json'])).stdout) as object[];
    expect(listed).toEqual([
      expect.objectContaining({ run: id, outcome: 'reported', prompt: 'which kernel?' }),
    ]);
    const shown = await box.run(['runs', 'show', id.slice(0, 6)]);
    for (const text of ['run.opened', '"which kernel?"', 'Bash: uname -s', 'reported (reported)']) {
      expect(shown.stdout).toContain(text);
    }
    const events = readLines((await box.run(['runs', 'show', id, '--json'])).stdout);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const verified = await box.run(['runs', 'verify', id, '--head', String(result.log_head)]);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining(': holds\n') });
    const wrong = await box.run(['runs', 'verify', id, '--head', 'f'.repeat(64)]);
    expect(wrong.code).toBe(1);
  });

  it('says so when there are none, and when there is no such one', async () => {
    const box = createBox();
    expect(await box.run(['runs'])).toMatchObject({ code: 0, stdout: expect.stringContaining('No runs in') });
    expect(await box.run(['runs', 'show', 'ffff'])).toMatchObject({ code: 42, stdout: '' });
    expect(await box.run(['runs', 'dance', 'x'])).toMatchObject({ code: 2, stdout: '' });
    expect(await box.run(['runs', 'list', '--limit', '0'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('steward context', () => {
  it('tells what is true, a line a probe', async () => {
    const { code, stdout } = await createBox().run(['context', 'disk', 'memory']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Context on \S+, \S+Z\n/);
    expect(stdout).toMatch(/P1 +disk .*% full/);
  });

  it('tells it as JSON, and leaves no run behind', async () => {
    const box = createBox();
    const { code, stdout } = await box.run(['context', 'disk', '--json']);
    const seen = JSON.parse(stdout) as { items: { id: string; probe: string; status: string }[] };
    expect([code, seen.items]).toEqual([
      0,
      [expect.objectContaining({ id: 'P1', probe: 'disk', status: 'ok' })],
    ]);
    expect((await box.run(['runs'])).stdout).toContain('No runs in');
  });

  it('knows its probes', async () => {
    const ended = await createBox().run(['context', 'dsik']);
    expect(ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('Did you mean disk?'),
    });
  });
});

describe('options before a command', () => {
  it('are its options', async () => {
    const ended = await createBox().run(['--json', 'context', 'disk']);
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ items: [{ probe: 'disk' }] });
  });
});

describe('steward findings', () => {
  it('are none at first; what is not known cannot be muted', async () => {
    const box = createBox();
    expect(await box.run(['findings'])).toMatchObject({
      code: 0,
      stdout: 'No rule has found anything yet.\n',
    });
    expect(await box.run(['findings', 'mute', 'x', '--for', '2d'])).toMatchObject({ code: 42 });
    expect(await box.run(['findings', 'mute', 'x'])).toMatchObject({ code: 2 });
    expect(await box.run(['findings', 'mute', 'x', '--for', 'ever'])).toMatchObject({ code: 2 });
  });
});

describe('steward doctor', () => {
  const calling: Script = ({ toolNames, lastText }) => ({
    toolCalls: [{ name: toolNames[0] ?? '', input: { word: /"(\w+)"/.exec(lastText)?.[1] } }],
  });

  it('finds that there is no model: exit 1', async () => {
    const { code, stdout } = await createBox().run(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toContain('Level of help   rules only');
    expect(stdout).toContain('ANTHROPIC_API_KEY');
  });

  it('finds a model that talks and cannot call tools: exit 1', async () => {
    const { box, server } = await createBoxWithModel(() => ({ text: 'I would call it with ready.' }));
    const { code, stdout } = await box.run(['doctor', '--json']);
    const found = JSON.parse(stdout) as { level: string; model: object };
    expect(server.requests.length).toBeGreaterThan(0);
    expect([code, found.level]).toEqual([1, 'rules only']);
    expect(found.model).toMatchObject({ canCallTools: false, detail: expect.stringMatching(/\w/) });
  });

  it('finds a model that calls tools, and whether it is a local one: exit 0', async () => {
    const { box } = await createBoxWithModel(calling, 'ollama');
    const env = { STEWARD_MODEL: 'scripted:latest', OLLAMA_HOST: box.env.ANTHROPIC_BASE_URL ?? '' };
    const { code, stdout, stderr } = await box.run(['doctor', '--json'], { env });
    const found = JSON.parse(stdout) as { level: string; model: object; probes: { name: string }[] };
    expect({ code, stderr, level: found.level }).toEqual({ code: 0, stderr: '', level: 'local model' });
    expect(found.model).toMatchObject({ name: 'scripted:latest', canCallTools: true });
    expect(found.probes.map(({ name }) => name)).toContain('disk');
  });

  it('finds a key that is refused: exit 1, and never shows it', async () => {
    const { box } = await createBoxWithModel(() => ({ fault: 'status', status: 401 }));
    const { code, stdout, stderr } = await box.run(['doctor']);
    expect([code, stdout]).toEqual([1, expect.stringContaining('401')]);
    expect(`${stdout}${stderr}`).not.toContain(box.env.ANTHROPIC_API_KEY);
  });
});

describe('steward policy check', () => {
  it('judges a line', async () => {
    const box = createBox();
    const allowed = await box.run(['policy', 'check', 'systemctl status nginx | head -5']);
    expect(allowed).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^allow \(observe, .+\): .+\n$/),
    });
    const other = await box.run(['policy', 'check', 'ls; rm -rf /', '--json']);
    expect([other.code, JSON.parse(other.stdout)]).toEqual([
      0,
      {
        verdict: expect.stringMatching(/^(ask|deny)$/),
        effect: expect.any(String),
        rule: expect.any(String),
        reason: expect.any(String),
      },
    ]);
  });

  it('judges lines of JSON, one for one and in order, whatever else stands in them', async () => {
    const corpus = readFileSync(join(ROOT, 'test/fixtures/policy/commands-public.jsonl'), 'utf8');
    const cases = readLines(corpus);
    const { code, stdout, stderr } = await createBox().run(['policy', 'check', '--jsonl'], {
      input: { pipe: corpus },
    });
    const answers = readLines(stdout);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(cases.length).toBeGreaterThanOrEqual(160);
    expect(answers.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
    for (const answer of answers) {
      expect(Object.keys(answer)).toEqual(['id', 'verdict', 'effect', 'rule', 'reason']);
      expect(answer.verdict).toMatch(/^(allow|ask|deny)$/);
    }
  });

  it.each([
    ['not JSON', 'oops\n'],
    ['no command', '{"id": 1}\n'],
  ])('names the line that is none: %s', async (_, bad) => {
    const pipe = `{"id": 1, "cmd": "ls"}\n${bad}`;
    const ended = await createBox().run(['policy', 'check', '--jsonl'], { input: { pipe } });
    expect(ended).toMatchObject({ code: 42, stderr: expect.stringContaining('stdin line 2') });
    expect(readLines(ended.stdout)).toHaveLength(1);
  });

  it('does not take a file for lines that it never reads', async () => {
    const ended = await createBox().run(['policy', 'check', '--jsonl', 'lines.jsonl']);
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--jsonl < FILE') });
  });

  it('takes rules of the command line', async () => {
    const ended = await createBox().run([
      'policy',
      'check',
      'uname -s',
      '--disallowedTools',
      'Bash(uname *)',
    ]);
    expect(ended.stdout).toMatch(/^deny /);
  });
});

describe('steward --help and --version', () => {
  it.each(['--help', '-h', 'help'])('%s names every command', async (word) => {
    const { code, stdout, stderr } = await createBox().run([word]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of [
      '-p "PROMPT"',
      'run GOAL',
      'context',
      'findings',
      'runs list',
      'undo',
      'doctor',
      'pause',
      'resume',
      'stop',
      'policy check',
    ]) {
      expect(stdout).toContain(`steward ${name}`);
    }
  });

  it("tells a command's options", async () => {
    const { code, stdout } = await createBox().run(['run', '--help']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('--trigger-file FILE')]);
    const print = await createBox().run(['-p', '--help']);
    expect([print.code, print.stdout]).toEqual([0, expect.stringContaining('--max-budget-usd X')]);
  });

  it('tells the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await createBox().run(['--version'])).toEqual({
      code: 0,
      stdout: `${version} (steward)\n`,
      stderr: '',
    });
  });
});
