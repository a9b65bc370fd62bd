import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bash, type Place, play, runBare } from './scene.ts';

/** git that only reads, in a repository whose own settings have it start `touch CANARY`. */
const LOOKS = [
  'git status',
  'git diff',
  'git log -p',
  'git show HEAD',
  'git blame a.txt',
  'git -C . describe --dirty --always',
];

function plantRepository({ cwd }: Pick<Place, 'cwd'>): void {
  const git = (...words: string[]) => execFileSync('git', ['-C', cwd, ...words], { stdio: 'ignore' });
  git('init');
  writeFileSync(join(cwd, 'a.txt'), 'one\n');
  writeFileSync(join(cwd, '.gitattributes'), '*.txt diff=ours filter=ours\n');
  git('add', '.');
  git('-c', 'user.name=n', '-c', 'user.email=n@lan', 'commit', '-m', 'one');
  writeFileSync(join(cwd, 'a.txt'), 'two\n');
  const start = `touch ${join(cwd, 'CANARY')}; cat`;
  git('config', 'diff.ours.textconv', start);
  git('config', 'filter.ours.clean', start);
}

describe('a repository that names programs', () => {
  it.each(LOOKS)('has git start them when nobody guards it: %s', async (line) => {
    const cwd = mkdtempSync(join(tmpdir(), 'steward-bare-'));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    plantRepository({ cwd });
    await runBare(line, { home: cwd, cwd, env: {} });
    expect(existsSync(join(cwd, 'CANARY'))).toBe(true);
  });

  it('has none of them started for a model, by no tool, and the log says why', async () => {
    const calls = [...LOOKS.map(bash), { name: 'Git', input: { verb: 'diff' } }];
    const played = await play({ prepare: ({ cwd }) => plantRepository({ cwd }), turns: () => [calls] });
    expect(existsSync(join(played.box.cwd, 'CANARY'))).toBe(false);
    const refused = played.events.filter(
      (event) =>
        event.type === 'step.decided' &&
        event.decision === 'refuse' &&
        /\.git\/config sets/.test(event.reason),
    );
    expect(refused.length).toBeGreaterThanOrEqual(calls.length);
    expect(played.code).toBe(0);
  });
});
