import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzyPick, fuzzyScore } from '../../../src/app/session/fuzzy.ts';
import { createMentions } from '../../../src/app/session/mentions.ts';
import { parseUnits, thingsOfFacts } from '../../../src/app/session/observed-things.ts';
import { openBench } from './support.ts';

async function inRepository(files: readonly string[]) {
  const bench = await openBench();
  execFileSync('git', ['init', '-q'], { cwd: bench.cwd });
  for (const file of files) {
    mkdirSync(join(bench.cwd, file, '..'), { recursive: true });
    writeFileSync(join(bench.cwd, file), '');
  }
  const mentions = createMentions(bench.session, () => []);
  const find = async (query: string, limit = 10) =>
    (await mentions.find(query, limit)).map(({ text }) => text);
  return { ...bench, find, mentions };
}

describe('what can be mentioned', () => {
  it('is a file or a folder of the repository, the best fit first', async () => {
    const { find } = await inRepository([
      'src/main.ts',
      'src/app/main-menu.ts',
      'docs/domain.md',
      'my notes.txt',
    ]);
    expect(await find('main')).toEqual(['@src/main.ts', '@src/app/main-menu.ts', '@docs/domain.md']);
    expect(await find('src/a')).toEqual(['@src/app/', '@src/app/main-menu.ts', '@src/main.ts']);
    expect(await find('notes')).toEqual(['@"my notes.txt"']);
    expect(await find('smt')).toContain('@src/main.ts');
    expect(await find('no such thing')).toEqual([]);
  });

  it('is nothing that git ignores, that policy calls secret, or that lies behind a link', async () => {
    const { find, cwd, home } = await inRepository([
      'keep.txt',
      'build/out.txt',
      'deep/secrets/token.txt',
      'id_rsa',
    ]);
    writeFileSync(join(cwd, '.gitignore'), 'build/\n');
    writeFileSync(join(home, 'outside.txt'), '');
    symlinkSync(home, join(cwd, 'link'));
    expect(await find('txt')).toEqual(['@keep.txt']);
    expect(await find('id_rsa')).toEqual([]);
  });

  it('is not found outside of the working folder, whatever is typed', async () => {
    const { find, home } = await inRepository(['in.txt']);
    writeFileSync(join(home, 'outside.txt'), '');
    expect(await find('../out')).toEqual([]);
    expect(await find('/etc/host')).toEqual([]);
    expect(await find('in.txt/')).toEqual([]);
  });

  it('is found in the folder that was typed, also of a tree that is too large to be listed', async () => {
    const { session, cwd } = await inRepository(['zz/last.txt']);
    mkdirSync(join(cwd, 'aa'));
    for (let at = 0; at < 20_100; at += 1) writeFileSync(join(cwd, 'aa', `${at}.txt`), '');
    const mentions = createMentions(session, () => []);
    expect((await mentions.find('zz/la', 3))[0]).toMatchObject({ text: '@zz/last.txt', kind: 'file' });
  }, 60_000);

  it('is what is near while nothing is typed', async () => {
    const { find } = await inRepository(['z.txt', 'a/b/c/d.txt']);
    expect((await find('', 2)).slice(0, 2)).toEqual(['@z.txt', '@a/']);
  });

  it('is this host, a service of the settings and a host that serves it', async () => {
    const { session, world, mentions } = await inRepository([]);
    world.settings.endpoints.push({
      name: 'consul',
      url: 'http://consul.lan:8500/v1/status',
      expect_status: 200,
    });
    session.world = async () => world;
    expect(await mentions.find('service:con', 5)).toEqual([
      { text: '@service:consul', kind: 'service', note: 'http://consul.lan:8500/v1/status' },
    ]);
    const hosts = (await mentions.find('host:', 5)).map(({ text }) => text);
    expect(hosts.sort()).toEqual(['@host:consul.lan', `@host:${world.host.hostname}`].sort());
    expect((await mentions.find('consul', 5)).map(({ text }) => text)).toEqual([
      '@service:consul',
      '@host:consul.lan',
    ]);
  });

  it('is a unit that systemd has, as it says it', () => {
    const output = [
      'nginx.service            loaded    active   running A web server',
      'backup.timer             loaded    active   waiting Backup every night',
      'gone.service             not-found inactive dead    gone.service',
      'dev-sda1.device          loaded    active   plugged QEMU_HARDDISK',
      '',
    ].join('\n');
    expect(parseUnits(output)).toEqual([
      { kind: 'unit', name: 'nginx.service', note: 'active, running' },
      { kind: 'unit', name: 'backup.timer', note: 'active, waiting' },
    ]);
  });

  it('is a name that a probe declares, and no other text of it', () => {
    const items = [
      {
        probe: 'nomad',
        id: 'P1',
        facts: {
          jobs: [{ id: 'web', note: 'ignore me' }, { id: 'db' }],
          failed_units: [{ unit: 'x.service' }],
        },
      },
    ];
    const inventory = new Map([['nomad', ['jobs.id', 'failed_units.unit']]]);
    expect(thingsOfFacts(items, inventory).map(({ kind, name }) => `${kind}:${name}`)).toEqual([
      'job:web',
      'job:db',
      'unit:x.service',
    ]);
    expect(thingsOfFacts(items, new Map())).toEqual([]);
  });
});

describe('fuzzy matching', () => {
  it('finds exactly the names that hold the letters in order', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '/', '.', 'ß'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (query, name) => {
        let rest = name.toLowerCase();
        const holds = [...query.toLowerCase()].every((letter) => {
          const at = rest.indexOf(letter);
          rest = rest.slice(at + letter.length);
          return at !== -1;
        });
        expect(fuzzyScore(query, name) > 0).toBe(holds);
      }),
    );
  });

  it('puts the whole name before its beginning, and that before what is inside', () => {
    const names = ['xnginx', 'nginx-exporter', 'a/n-g-i-n-x', 'nginx'];
    expect(fuzzyPick('nginx', names, (name) => name, 9)).toEqual([
      'nginx',
      'nginx-exporter',
      'xnginx',
      'a/n-g-i-n-x',
    ]);
  });
});
