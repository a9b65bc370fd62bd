import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildEnvironment, TRUSTED_PATH } from '../../src/host/environment.ts';
import { programOfRepository } from '../../src/host/index.ts';

const OURS = buildEnvironment(process.env, TRUSTED_PATH, {});
/** As git is when nobody has thought of it. */
const PLAIN = { PATH: OURS.PATH, HOME: '/nonexistent' };

function git(folder: string, env: NodeJS.ProcessEnv, ...words: string[]) {
  return spawnSync('git', ['-C', folder, ...words], { env, encoding: 'utf8' });
}

/** A repository of one file, changed since; `mark` is there when a program of its settings was started. */
function makeRepository() {
  const place = mkdtempSync(join(tmpdir(), 'steward-repository-'));
  onTestFinished(() => rmSync(place, { recursive: true }));
  const folder = join(place, 'work');
  mkdirSync(folder);
  git(folder, PLAIN, 'init', '--quiet');
  writeFileSync(join(folder, 'a.txt'), 'one\n');
  writeFileSync(join(folder, '.gitattributes'), '*.txt diff=ours filter=ours\n');
  git(folder, PLAIN, 'add', '.');
  git(folder, PLAIN, '-c', 'user.name=n', '-c', 'user.email=n@lan', 'commit', '--quiet', '-m', 'one');
  writeFileSync(join(folder, 'a.txt'), 'two\n');
  const mark = join(place, 'started');
  const program = join(place, 'program');
  writeFileSync(program, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
  const set = (key: string, value: string) =>
    git(
      folder,
      PLAIN,
      'config',
      key,
      value.replaceAll('MARK', `touch ${mark};`).replaceAll('WORK', folder).replaceAll('PROGRAM', program),
    );
  const started = (env: NodeJS.ProcessEnv, words: readonly string[]): boolean => {
    rmSync(mark, { force: true });
    // Not the size alone: git compares what changed since it last looked.
    utimesSync(join(folder, 'a.txt'), new Date(), new Date());
    git(folder, env, ...words);
    return existsSync(mark);
  };
  return { place, folder, set, started };
}

const OTHERS: [string, Record<string, string>, string[]][] = [
  ['diff.external', { 'diff.external': 'MARK' }, ['diff']],
  ['diff.*.command', { 'diff.ours.command': 'MARK' }, ['diff']],
  ['diff.*.textconv of a log', { 'diff.ours.textconv': 'MARK cat' }, ['log', '-p']],
  ['diff.*.textconv of a blame', { 'diff.ours.textconv': 'MARK cat' }, ['blame', 'a.txt']],
  ['filter.*.clean of a status', { 'filter.ours.clean': 'MARK cat' }, ['status']],
  ['filter.*.process of a diff', { 'filter.ours.process': 'MARK cat' }, ['diff', '--stat']],
  ['remote.*.uploadpack', { 'remote.x.url': 'WORK', 'remote.x.uploadpack': 'MARK' }, ['remote', 'show', 'x']],
];

const SETTLED: [string, Record<string, string>, string[]][] = [
  ['core.fsmonitor', { 'core.fsmonitor': 'MARK false' }, ['status']],
  ['core.gitProxy', { 'remote.x.url': 'git://127.0.0.1/x', 'core.gitProxy': 'PROGRAM' }, ['ls-remote', 'x']],
  ['ext::', { 'remote.x.url': 'ext::PROGRAM', 'protocol.ext.allow': 'always' }, ['ls-remote', 'x']],
];

describe('programs that a repository names', () => {
  it.each(OTHERS)('would be started by git that only reads, and are found: %s', (_, settings, words) => {
    const { folder, set, started } = makeRepository();
    expect(programOfRepository(folder)).toBeUndefined();
    for (const [key, value] of Object.entries(settings)) set(key, value);
    expect(started(PLAIN, words)).toBe(true);
    expect(started(OURS, words), 'what no setting of ours takes back').toBe(true);
    const key = Object.keys(settings).at(-1)?.split('.').at(-1) ?? '';
    expect(programOfRepository(folder)).toMatch(new RegExp(`/\\.git/config sets ${key}`));
  });

  it.each(SETTLED)('are not started where a setting of ours wins: %s', (_, settings, words) => {
    const { set, started } = makeRepository();
    for (const [key, value] of Object.entries(settings)) set(key, value);
    expect(started(PLAIN, words)).toBe(true);
    expect(started(OURS, words)).toBe(false);
  });

  it('are not started to fetch what a partial clone left out', () => {
    const { folder, set, started } = makeRepository();
    const object = git(folder, PLAIN, 'rev-parse', 'HEAD:a.txt').stdout.trim();
    rmSync(join(folder, '.git/objects', object.slice(0, 2), object.slice(2)));
    set('core.repositoryFormatVersion', '1');
    set('extensions.partialClone', 'x');
    set('remote.x.promisor', 'true');
    set('remote.x.url', 'WORK');
    set('remote.x.uploadpack', 'MARK');
    expect(started(PLAIN, ['show', 'HEAD'])).toBe(true);
    expect(started(OURS, ['show', 'HEAD'])).toBe(false);
  });

  it('are found from below, over links, in work trees beside it, in submodules and in files it includes', () => {
    const { place, folder, set } = makeRepository();
    mkdirSync(join(folder, 'deep/er'), { recursive: true });
    writeFileSync(join(folder, 'deep/HEAD'), 'looks like a repository');
    symlinkSync(join(folder, 'deep'), join(place, 'link'));
    git(folder, PLAIN, 'worktree', 'add', '--quiet', join(place, 'beside'));
    const places = [
      join(folder, 'deep/er'),
      join(place, 'link/er'),
      join(place, 'beside'),
      join(folder, '.git'),
    ];
    expect(places.map(programOfRepository)).toEqual(places.map(() => undefined));
    set('diff.ours.textconv', 'cat');
    for (const found of places) expect(programOfRepository(found), found).toMatch(/sets textconv/);
    git(folder, PLAIN, 'config', '--unset', 'diff.ours.textconv');

    const inner = join(folder, '.git/modules/group/inner');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, 'HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(inner, 'config'), '[filter "x"] clean = cat\n');
    expect(programOfRepository(folder)).toMatch(/modules\/group\/inner\/config sets clean/);
    rmSync(join(folder, '.git/modules'), { recursive: true });
    set('include.path', '/tmp/more');
    expect(programOfRepository(folder)).toMatch(/takes settings from another file/);
  });

  it('are told from what git lfs writes, however it goes on', () => {
    const { folder, set } = makeRepository();
    set('filter.lfs.clean', 'git-lfs clean -- %f');
    set('filter.lfs.process', 'git-lfs filter-process');
    expect(programOfRepository(folder)).toBeUndefined();
    for (const more of ['; MARK', '\r; MARK', '\u2028; MARK', ' && MARK']) {
      set('filter.lfs.clean', `git-lfs clean -- %f${more}`);
      expect(programOfRepository(folder), JSON.stringify(more)).toMatch(/sets clean/);
    }
  });

  it('are not a work tree elsewhere, which is found too', () => {
    const { folder, set } = makeRepository();
    set('core.worktree', '/etc');
    expect(programOfRepository(folder)).toMatch(/another folder for the work tree/);
  });
});
