import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Box, createBox } from './steward.ts';

/** A folder under git with one file of settings. */
function site(): Box {
  const box = createBox();
  writeFileSync(join(box.cwd, 'app.json'), '{"port": 80}\n');
  const git = (...args: string[]) => execFileSync('git', args, { cwd: box.cwd, env: box.env });
  git('init', '-q');
  git('add', '.');
  git('-c', 'user.email=a@b.c', '-c', 'user.name=a', 'commit', '-qm', 'begin');
  return box;
}

const now = (box: Box, file = 'app.json') => readFileSync(join(box.cwd, file), 'utf8');

function change(box: Box, text: string): string {
  const path = join(box.cwd, 'change.yaml');
  writeFileSync(path, text);
  return path;
}

const GOOD = `title: Serve on 8080
apply:
  - edit: { file: app.json, find: '80', replace: '8080' }
  - write: { file: note.txt, text: "moved\\n" }
verify:
  - run: grep -q 8080 app.json
    expect: exit 0
    within: 5s
`;
const NOT_HOLDING = GOOD.replace("replace: '8080'", "replace: '9090'").replace('within: 5s', 'within: 0s');

describe('steward change run', () => {
  it('carries a change out, proves it, and says so', async () => {
    const box = site();
    const { code, result } = await box.json(['change', 'run', change(box, GOOD), '--yes']);
    expect({ code, outcome: result.outcome, exit: result.exit_code }).toEqual({
      code: 0,
      outcome: 'fixed',
      exit: 0,
    });
    expect(now(box)).toBe('{"port": 8080}\n');
    expect(now(box, 'note.txt')).toBe('moved\n');
    expect(result.changes).toMatchObject([{ id: 'X1', end: 'held', effect: 'reversible', failed: null }]);
    const verified = await box.run(['runs', 'verify', result.session_id]);
    expect(verified.code).toBe(0);
  });

  it('puts everything back when it does not hold, and exits 58', async () => {
    const box = site();
    const { code, result } = await box.json(['change', 'run', change(box, NOT_HOLDING), '--yes']);
    expect({ code, outcome: result.outcome, reason: result.reason }).toEqual({
      code: 58,
      outcome: 'escalated',
      reason: 'rolled-back',
    });
    expect(now(box)).toBe('{"port": 80}\n');
    expect(existsSync(join(box.cwd, 'note.txt'))).toBe(false);
    expect(result.changes).toMatchObject([{ end: 'rolled-back', rollback_verified: true }]);
    expect(result.error?.message).toContain('the old state was verified');
  });

  it('takes the folders away that it made, and leaves those that were there or hold something', async () => {
    const box = site();
    mkdirSync(join(box.cwd, 'there'));
    const text = `title: Files in new folders
apply:
  - run: mkdir made
  - write: { file: new/deep/a.conf, text: a }
  - write: { file: shared/b.conf, text: b }
  - write: { file: there/c.conf, text: c }
  - run: touch shared/of-somebody-else
  - run: mkdir there
verify:
  - run: 'true'
    for: 0s
`;
    const { code, result } = await box.json(['change', 'run', change(box, text), '--yes']);
    expect({ code, changes: result.changes }).toMatchObject({
      code: 58,
      changes: [{ end: 'rolled-back', rollback_verified: true }],
    });
    expect(readdirSync(box.cwd).sort()).toEqual(['.git', 'app.json', 'change.yaml', 'shared', 'there']);
    expect(readdirSync(join(box.cwd, 'shared'))).toEqual(['of-somebody-else']);
    expect(readdirSync(join(box.cwd, 'there'))).toEqual([]);
  });

  it('puts back what was done when a later step fails', async () => {
    const box = site();
    const text = GOOD.replace('verify:', '  - run: cat there-is-no-such-file\nverify:');
    const { code, result } = await box.json(['change', 'run', change(box, text), '--yes']);
    expect(code).toBe(58);
    expect(now(box)).toBe('{"port": 80}\n');
    expect(result.error?.message).toContain('apply 3');
  });

  it('does nothing when a file would not be valid, and names the file', async () => {
    const box = site();
    const text = GOOD.replace(/edit: .*/, 'write: { file: app.json, text: "{" }');
    const { code, result } = await box.json(['change', 'run', change(box, text), '--yes']);
    expect(code).toBe(42);
    expect(result.error?.message).toContain('app.json (JSON)');
    expect(now(box)).toBe('{"port": 80}\n');
  });

  it('does nothing when a file does not fit the schema that it names', async () => {
    const box = site();
    const schema = { type: 'object', properties: { port: { type: 'integer' } }, additionalProperties: false };
    writeFileSync(join(box.cwd, 'app.schema.json'), JSON.stringify(schema));
    const check = async (file: string, text: string) => {
      const plan = `title: A file
apply: [{ write: { file: ${file}, text: ${JSON.stringify(text)} } }]
verify: [{ run: 'test -f ${file}' }]
`;
      const { code, stdout } = await box.run(['change', 'check', change(box, plan), '--json']);
      const { files } = JSON.parse(stdout) as { files: { by: string; ok: boolean | null; detail: string }[] };
      return { code, last: files.at(-1) };
    };
    const json = (rest: string) => `{\n  "$schema": "./app.schema.json",\n  ${rest}\n}\n`;
    expect(await check('app.json', json('"port": 81'))).toMatchObject({
      code: 0,
      last: { by: 'JSON Schema ./app.schema.json', ok: true },
    });
    expect(await check('app.json', json('"port": "81"'))).toMatchObject({
      code: 42,
      last: { ok: false, detail: expect.stringMatching(/\/app\.json:3: port: .*expected/) },
    });
    const yaml = '# yaml-language-server: $schema=app.schema.json\nport: 81\n';
    expect(await check('app.yaml', yaml)).toMatchObject({ code: 0, last: { ok: true } });
    expect(await check('app.yaml', `${yaml}prot: 1\n`)).toMatchObject({
      code: 42,
      last: { detail: expect.stringContaining('prot') },
    });
    expect(await check('app.yaml', yaml.replace('app.schema', 'gone'))).toMatchObject({
      code: 0,
      last: { ok: null, detail: `there is no ${box.cwd}/gone.json` },
    });
    expect(await check('app.yaml', yaml.replace('=app.', '=https://example.org/app.'))).toMatchObject({
      code: 0,
      last: { ok: null, detail: 'it is not here, and nothing is fetched' },
    });
  });

  it('asks nobody about a script that bash cannot read', async () => {
    const box = site();
    const broken = `title: A script
apply:
  - write: { file: backup.sh, text: "if true; then\\n  touch ran\\n" }
verify: [{ run: 'test -f backup.sh' }]
`;
    const file = change(box, broken);
    const checked = await box.run(['change', 'check', file]);
    expect(checked.code).toBe(42);
    expect(checked.stdout).toMatch(/BAD .*backup\.sh \(bash -n\): .*backup\.sh: line 3: syntax error/);
    const asked = await box.json(['change', 'run', file]);
    expect({ code: asked.code, reason: asked.result.reason }).toEqual({ code: 42, reason: 'input' });
    expect(asked.result.error?.message).toContain('nothing was done, and nobody was asked: ');
    expect((await box.run(['approvals', 'list'])).stdout).toBe('Nothing waits for an answer.\n');
    writeFileSync(file, broken.replace('touch ran', 'touch ran\\nfi'));
    expect((await box.run(['change', 'check', file])).code).toBe(0);
    expect(existsSync(join(box.cwd, 'ran'))).toBe(false);
  });

  it('does nothing when its preflight fails', async () => {
    const box = site();
    const text = GOOD.replace('apply:', 'preflight:\n  - run: grep -q 443 app.json\napply:');
    const { code, result } = await box.json(['change', 'run', change(box, text), '--yes']);
    expect({ code, end: (result.changes as { end: string }[])[0]?.end }).toEqual({
      code: 60,
      end: 'refused',
    });
    expect(now(box)).toBe('{"port": 80}\n');
  });

  it('waits for a yes that nobody here can give, and exits 77', async () => {
    const box = site();
    const { code, result } = await box.json(['change', 'run', change(box, GOOD)], { input: 'null' });
    expect({ code, outcome: result.outcome }).toEqual({ code: 77, outcome: 'needs-approval' });
    expect(now(box)).toBe('{"port": 80}\n');
  });

  it('is not begun outside its window, and says when to try again', async () => {
    const box = site();
    const now = new Date();
    const hour = (now.getUTCHours() + 2) % 24;
    const window = `${hour}:00-${hour}:30`;
    const { code, result } = await box.json([
      'change',
      'run',
      change(box, `${GOOD}window: '${window}'\n`),
      '--yes',
    ]);
    expect(code).toBe(75);
    expect(new Date(result.error?.resume_at ?? '').getUTCHours()).toBe(hour);
    expect(readFileSync(join(box.cwd, 'app.json'), 'utf8')).toBe('{"port": 80}\n');
    const wrong = await box.run(['change', 'check', change(box, `${GOOD}window: soon\n`)]);
    expect([wrong.code, wrong.stderr]).toEqual([42, expect.stringContaining(':9: window: must be like')]);
  });

  it('refuses what policy denies, whoever says yes', async () => {
    const box = site();
    const text = GOOD.replace('verify:', '  - run: cat /etc/shadow\nverify:');
    const { code, result } = await box.json(['change', 'run', change(box, text), '--yes']);
    expect(code).toBe(42);
    expect(result.error?.message).toMatch(/apply\[2\]: .*floor:/);
    expect(now(box)).toBe('{"port": 80}\n');
  });

  it('says when the way back did not work either, with the step', async () => {
    const box = site();
    const text = `${NOT_HOLDING}rollback:\n  - run: cat there-is-no-such-file\n`;
    const { code, result } = await box.json(['change', 'run', change(box, text), '--yes']);
    expect({ code, outcome: result.outcome }).toEqual({ code: 60, outcome: 'escalated' });
    expect(result.changes).toMatchObject([{ end: 'escalated', rollback_verified: false }]);
    expect(result.error?.message).toContain('there-is-no-such-file');
  });

  it('does it on the canary first, and stops where it does not hold', async () => {
    const box = site();
    for (const name of ['a', 'b', 'c']) writeFileSync(join(box.cwd, `${name}.json`), '{"port": 80}\n');
    const text = `title: One after the other
targets: [a, b, c]
apply:
  - edit: { file: '{target}.json', find: '80', replace: '8080' }
verify:
  - run: ls {target}.allowed
    for: 0s
`;
    writeFileSync(join(box.cwd, 'a.allowed'), '');
    const { code, result } = await box.json(['change', 'run', change(box, text), '--yes']);
    expect(code).toBe(58);
    expect(['a', 'b', 'c'].map((name) => now(box, `${name}.json`))).toEqual([
      '{"port": 8080}\n',
      '{"port": 80}\n',
      '{"port": 80}\n',
    ]);
    expect(result.changes).toMatchObject([{ targets: ['a', 'b', 'c'] }]);
  });
});

describe('steward change check', () => {
  it('shows what would be done and how it is undone, and changes nothing', async () => {
    const box = site();
    const path = change(box, GOOD);
    const { code, stdout } = await box.run(['change', 'check', path, '--json']);
    expect(code).toBe(0);
    const checked = JSON.parse(stdout);
    expect(checked).toMatchObject({
      ok: true,
      planned: { effect: 'reversible', undo: ['the file is put back as it was', expect.any(String)] },
    });
    expect(checked.planned.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(checked.planned.preconditions.map(({ kind }: { kind: string }) => kind)).toEqual([
      'file',
      'file',
      'git-commit',
    ]);
    expect(now(box)).toBe('{"port": 80}\n');
    expect(existsSync(join(box.home, '.local/state/steward/runs'))).toBe(false);
    const again = JSON.parse((await box.run(['change', 'check', path, '--json'])).stdout);
    expect(again.planned.digest).toBe(checked.planned.digest);
    writeFileSync(join(box.cwd, 'app.json'), '{"port": 80, "more": 1}\n');
    const moved = JSON.parse((await box.run(['change', 'check', path, '--json'])).stdout);
    expect(moved.planned.digest).not.toBe(checked.planned.digest);
  });

  it('says of a rollback without a step that it brings nothing back', async () => {
    const box = site();
    const steps =
      "  - run: rm -r old\n  - edit: { file: app.json, find: '80', replace: '8080' }\n  - run: rm -r older\n";
    const text = `title: Away\napply:\n${steps}verify:\n  - run: ls app.json\n    for: 0s\nrollback: []\n`;
    const { stdout } = await box.run(['change', 'check', change(box, text), '--json']);
    expect(JSON.parse(stdout).planned.undo).toEqual([null, 'the file is put back as it was', null]);
  });

  it('names file, line and field of what is wrong', async () => {
    const box = site();
    const path = change(box, GOOD.replace('verify:', 'verfy:'));
    const { code, stderr } = await box.run(['change', 'check', path]);
    expect(code).toBe(42);
    expect(stderr).toContain(`${path}:5: verfy: there is no such field`);
    expect(stderr).toContain('Did you mean "verify"?');
  });

  it('says all that stands against it at once', async () => {
    const box = site();
    const text = GOOD.replace("find: '80'", "find: '443'").replace('note.txt', '/etc/shadow');
    const { code, stdout } = await box.run(['change', 'check', change(box, text), '--json']);
    expect(code).toBe(42);
    expect(JSON.parse(stdout).problems.map(({ field }: { field: string }) => field)).toEqual([
      'apply[0]',
      'apply[1]',
    ]);
  });
});
