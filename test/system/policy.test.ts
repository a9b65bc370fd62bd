import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBox } from './steward.ts';

describe('steward policy explain', () => {
  it('says which part, spec and path decided, and that nothing lifts a floor', async () => {
    const box = createBox();
    const { code, stdout } = await box.run(['policy', 'explain', 'df -h && cat /etc/shadow']);
    expect(code).toBe(0);
    expect(stdout).toContain('2. cat /etc/shadow');
    expect(stdout).toMatch(/deny .*floor:secret-file.*this part decides/);
    expect(stdout).toContain('spec of df (specs/files.yaml); options -h');
    expect(stdout).toContain('path /etc/shadow, to read its content: floor:secret-file');
    expect(stdout).toContain('no mode, autonomy or allow rule lifts a deny');
  });

  it('names a rule and an autonomy that do lift a question', async () => {
    const box = createBox();
    const line = `mkdir ${box.cwd}/new`;
    const first = JSON.parse((await box.run(['policy', 'explain', '--json', line])).stdout);
    expect(first.gate.unattended.decision).toBe('refuse');
    expect(first.gate.lift).toEqual([`the rule Bash(${line}) in permissions.allow`, 'autonomy reversible']);
    const settings = JSON.stringify({ autonomy: 'reversible', permissions: { allow: [`Bash(${line})`] } });
    const second = JSON.parse(
      (await box.run(['policy', 'explain', '--json', '--settings', settings, line])).stdout,
    );
    expect(second.gate).toMatchObject({ unattended: { decision: 'allow' }, lift: null });
    expect(second.parts[0].before.verdict).toBe('ask');
  });

  it('shows what stands behind a link', async () => {
    const box = createBox();
    const { stdout } = await box.run(['policy', 'explain', 'cat /proc/self/root/etc/shadow']);
    expect(stdout).toMatch(/^deny/);
    expect(stdout).toContain('which is /etc/shadow');
  });
});

describe('rules that are valid only headless or only interactive', () => {
  const check = async (box: ReturnType<typeof createBox>, args: string[]) =>
    JSON.parse((await box.run(['policy', 'check', '--json', ...args])).stdout) as {
      verdict: string;
      rule: string;
    };

  it('count where they are meant for and nowhere else', async () => {
    const box = createBox();
    box.write(
      '.config/steward/steward.yaml',
      [
        'permissions_headless: { allow: ["Bash(mkdir /srv/h)"], deny: ["Bash(df *)"] }',
        'permissions_interactive: { allow: ["Bash(mkdir /srv/i)"], ask: ["Bash(uptime)"] }',
      ].join('\n'),
    );
    const verdicts = async (more: string[]) =>
      Promise.all(
        ['mkdir /srv/h', 'mkdir /srv/i', 'df -h', 'uptime'].map(
          async (line) => (await check(box, [...more, line])).verdict,
        ),
      );
    expect(await verdicts([])).toEqual(['allow', 'ask', 'deny', 'allow']);
    expect(await verdicts(['--interactive'])).toEqual(['ask', 'allow', 'allow', 'ask']);
  });

  it('are taken from a project only where they tighten', async () => {
    const box = createBox();
    const project = join(box.cwd, '.steward');
    mkdirSync(project);
    writeFileSync(
      join(project, 'steward.yaml'),
      'permissions_headless: { allow: ["Bash(mkdir /srv/h)"], deny: ["Bash(df *)"], ask: ["Bash(uptime)"] }\n',
    );
    expect((await check(box, ['mkdir /srv/h'])).verdict).toBe('ask');
    expect((await check(box, ['df -h'])).rule).toBe('rule:Bash(df *)');
    expect((await check(box, ['uptime'])).verdict).toBe('ask');
  });
});

describe('steward policy test', () => {
  it("runs the specs' examples and the cases of the user's folder", async () => {
    const box = createBox();
    box.write(
      '.config/steward/policy/mine.yaml',
      '- { cmd: df -h, expect: allow }\n- { cmd: reboot, expect: deny }\n',
    );
    box.write('.config/steward/policy/more.jsonl', '{"cmd":"rm -r x","expect":"not-allow"}\n');
    const { code, stdout } = await box.run(['policy', 'test']);
    expect(stdout).toMatch(/^\d{3,} examples of the specs and 3 cases of .*: 0 failed\n$/);
    expect(code).toBe(0);
  });

  it('exits 1 and says why when a case does not hold', async () => {
    const box = createBox();
    const file = box.write('cases.yaml', 'cases:\n  - { cmd: reboot, expect: allow, why: we wish }\n');
    const { code, stdout } = await box.run(['policy', 'test', file]);
    expect(code).toBe(1);
    expect(stdout).toContain(`FAIL  ${file}:2: reboot`);
    expect(stdout).toContain('expected allow, is deny (floor:reboot)');
    expect(stdout).toContain('the case says: we wish');
    const json = JSON.parse((await box.run(['policy', 'test', '--json', file])).stdout);
    expect(json.failures).toHaveLength(1);
  });

  it('exits 52 for a file that is wrong or missing', async () => {
    const box = createBox();
    const file = box.write('cases.jsonl', '{"cmd":"df","expect":"maybe"}\n');
    const wrong = await box.run(['policy', 'test', file]);
    expect(wrong).toMatchObject({ code: 52 });
    expect(wrong.stderr).toContain(`${file}:1`);
    expect((await box.run(['policy', 'test', '/nowhere.yaml'])).code).toBe(52);
  });
});
