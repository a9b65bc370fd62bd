import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBoxWithModel } from './steward.ts';

const KEY = 'not-a-word-of-a-key';

describe('AGENTS.md of a folder', () => {
  it('is told to the model', async () => {
    const { box, server } = await createBoxWithModel([{ text: 'Hello.' }]);
    writeFileSync(join(box.cwd, 'AGENTS.md'), 'The spoons are in the drawer.');
    expect(await box.run(['-p', 'x'])).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.stringify(server.requests[0]?.body)).toContain('The spoons are in the drawer.');
  });

  it('brings nothing from outside the folder, and no secret from inside', async () => {
    const { box, server } = await createBoxWithModel([{ text: 'Hello.' }]);
    box.write('.ssh/id_ed25519', KEY);
    mkdirSync(join(box.cwd, '.ssh'));
    writeFileSync(join(box.cwd, '.ssh/id_ed25519'), KEY);
    symlinkSync(join(box.home, '.ssh/id_ed25519'), join(box.cwd, 'AGENTS.md'));
    symlinkSync('.ssh/id_ed25519', join(box.cwd, 'CLAUDE.md'));
    const { code, stderr } = await box.run(['-p', 'x']);
    expect(code).toBe(0);
    expect(stderr).toContain('AGENTS.md is left out: it leads out of the folder');
    expect(stderr).toContain('CLAUDE.md is left out: ');
    expect(server.requests).toHaveLength(1);
    expect(JSON.stringify(server.requests[0]?.body)).not.toContain(KEY);
  });

  it('keeps no run waiting when it is a named pipe', async () => {
    const { box } = await createBoxWithModel([{ text: 'Hello.' }]);
    execFileSync('mkfifo', [join(box.cwd, 'AGENTS.md')]);
    const { code, stderr } = await box.run(['-p', 'x']);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('not a regular file'),
    });
  });

  it('nor do settings of a project that are one', async () => {
    const { box } = await createBoxWithModel([{ text: 'Hello.' }]);
    mkdirSync(join(box.cwd, '.steward'));
    execFileSync('mkfifo', [join(box.cwd, '.steward/steward.yaml')]);
    const { code, stderr } = await box.run(['-p', 'x']);
    expect({ code, stderr }).toMatchObject({
      code: 52,
      stderr: expect.stringContaining('not a regular file'),
    });
  });
});
