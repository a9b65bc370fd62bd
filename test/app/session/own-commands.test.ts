import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listOwnCommands } from '../../../src/app/session/own-commands.ts';
import { openBench } from './support.ts';

async function withFiles(files: Record<string, string>) {
  const bench = await openBench();
  for (const [name, text] of Object.entries(files)) {
    const path = join(bench.home, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  }
  return bench;
}

describe("operators' own slash commands", () => {
  it('are Markdown files with a description, of the user and of the project', async () => {
    const { session, home } = await withFiles({
      '.steward/commands/disk.md':
        '---\ndescription: What fills the disk\nmodel: any\n---\nLook at $ARGUMENTS.\n',
      '.config/steward/commands/plain.md': '# Say hello\n\nHello.\n',
      'work/.steward/commands/deploy.md': 'Deploy it.\n',
      'work/.steward/commands/not a name.md': 'no\n',
      'work/.steward/commands/empty.md': '---\ndescription: x\n---\n',
    });
    expect(await listOwnCommands(session)).toEqual([
      {
        name: 'deploy',
        description: 'Deploy it.',
        text: `Deploy it.\n\n(The words of ${home}/work/.steward/commands/deploy.md, a file of this project.)`,
        source: `${home}/work/.steward/commands/deploy.md`,
      },
      {
        name: 'disk',
        description: 'What fills the disk',
        text: 'Look at $ARGUMENTS.',
        source: `${home}/.steward/commands/disk.md`,
      },
      {
        name: 'plain',
        description: 'Say hello',
        text: '# Say hello\n\nHello.',
        source: `${home}/.config/steward/commands/plain.md`,
      },
    ]);
  });

  it('are not taken over by a project', async () => {
    const { session } = await withFiles({
      '.steward/commands/disk.md': 'mine\n',
      'work/.steward/commands/disk.md': 'theirs\n',
    });
    expect((await listOwnCommands(session)).map(({ text }) => text)).toEqual(['mine']);
  });

  it('do not follow a link of a project out of its folder', async () => {
    const { session, cwd, home } = await withFiles({
      'private.md': 'secret words\n',
      'work/.steward/commands/a.md': 'a\n',
    });
    symlinkSync(join(home, 'private.md'), join(cwd, '.steward/commands/b.md'));
    expect((await listOwnCommands(session)).map(({ name }) => name)).toEqual(['a']);
  });

  it('are there although one of them is wrong, which is told with its line', async () => {
    const bench = await withFiles({
      '.steward/commands/bad.md': '---\ndescription: [\n---\nx\n',
      '.steward/commands/good.md': 'well\n',
    });
    expect((await listOwnCommands(bench.session)).map(({ name }) => name)).toEqual(['good']);
    expect(String(bench.troubles[0])).toContain('bad.md:');
  });
});
