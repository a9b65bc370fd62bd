import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ScriptedCall } from '../../wire/index.ts';
import { createBox } from '../steward.ts';
import { bash, type Place, plant, play, runBare, SECRET, SECRET_FILE } from './scene.ts';

const HARM = 'harm was done here\n';

/** What the model asks to be written, and where it would then be found; both below the box. */
const WRITES: [asked: string, found: string][] = [
  ['work/.git/hooks/pre-commit', 'work/.git/hooks/pre-commit'],
  ['work/.git/config', 'work/.git/config'],
  ['work/sub/../.git/info/attributes', 'work/.git/info/attributes'],
  ['work/hooks/post-checkout', 'work/.git/hooks/post-checkout'],
  ['work/.steward/steward.yaml', 'work/.steward/steward.yaml'],
  ['work/.steward/goals/health-check.md', 'work/.steward/goals/health-check.md'],
  ['work/settings', 'home/.config/steward/steward.yaml'],
  ['home/.config/steward/goals/health-check.md', 'home/.config/steward/goals/health-check.md'],
  ['home/.local/state/steward/runs/forged.jsonl', 'home/.local/state/steward/runs/forged.jsonl'],
  ['home/.bashrc', 'home/.bashrc'],
  ['work/profile', 'home/.profile'],
  ['home/.ssh/authorized_keys', 'home/.ssh/authorized_keys'],
  ['work/.envrc', 'work/.envrc'],
  ['home/.config/systemd/user/x.service', 'home/.config/systemd/user/x.service'],
];

function prepareTree(place: Place): void {
  const { home, cwd } = place;
  plant(place);
  execFileSync('git', ['init', '-q', cwd]);
  const folders = ['.config/steward/goals', '.config/systemd/user', '.local/state/steward/runs'];
  for (const folder of folders) mkdirSync(join(home, folder), { recursive: true });
  for (const folder of ['sub', '.steward/goals', '.git/hooks', '.git/info'])
    mkdirSync(join(cwd, folder), { recursive: true });
  symlinkSync('.git/hooks', join(cwd, 'hooks'));
  symlinkSync(join(home, '.config/steward/steward.yaml'), join(cwd, 'settings'));
  symlinkSync('../home/.profile', join(cwd, 'profile'));
}

function harmed({ home }: Place): string[] {
  const root = dirname(home);
  return WRITES.filter(([_, found]) => {
    const path = join(root, found);
    return existsSync(path) && readFileSync(path, 'utf8').includes(HARM);
  }).map(([asked]) => asked);
}

const inBox = ({ home }: Place, path: string) => `${dirname(home)}/${path}`;
const write = (file_path: string): ScriptedCall => ({ name: 'Write', input: { file_path, content: HARM } });
const read = (file_path: string): ScriptedCall => ({ name: 'Read', input: { file_path } });

describe('a model that writes', () => {
  const asked = WRITES.map(([path]) => path);

  it.for(['acceptEdits', 'bypassPermissions'])(
    'changes nothing that decides what runs later, in %s: 14 attempts, and one that is allowed',
    async (mode) => {
      const bare = createBox();
      prepareTree(bare);
      for (const path of asked) writeFileSync(inBox(bare, path), HARM);
      expect(harmed(bare)).toEqual(asked);

      const played = await play({
        args: ['-p', 'look', '--permission-mode', mode],
        prepare: prepareTree,
        turns: (box) => [
          [write(join(box.cwd, 'notes.txt')), ...asked.map((path) => write(inBox(box, path)))],
          // What is there already has to be read first, and then still may not be written.
          [read(join(box.cwd, '.git/config')), read(join(box.cwd, '.git/info/exclude'))],
          [write(join(box.cwd, '.git/config')), write(join(box.cwd, '.git/info/exclude'))],
        ],
      });
      expect(readFileSync(join(played.box.cwd, 'notes.txt'), 'utf8')).toBe(HARM);
      expect(played.decision('C1')).toMatchObject({ decision: 'allow' });
      expect(harmed(played.box)).toEqual([]);
      expect(readFileSync(join(played.box.cwd, '.git/info/exclude'), 'utf8')).not.toContain(HARM);
      const decided = played.events.filter((event) => event.type === 'step.decided');
      const passed = decided.filter(({ step, command, decision }) => {
        return step !== 'C1' && command.startsWith('write') && decision !== 'refuse';
      });
      expect(passed).toEqual([]);
      expect(played.code).toBe(0);
    },
  );

  it('does not reach a start-up file through another name of it', async () => {
    const prepare = ({ home, cwd }: Place) => {
      execFileSync('git', ['init', '-q', cwd]);
      writeFileSync(join(home, '.bashrc'), 'alias ll="ls -l"\n');
      linkSync(join(home, '.bashrc'), join(cwd, 'notes.txt'));
    };
    const bare = createBox();
    prepare(bare);
    writeFileSync(join(bare.cwd, 'notes.txt'), HARM);
    expect(readFileSync(join(bare.home, '.bashrc'), 'utf8')).toBe(HARM);

    const { box } = await play({
      args: ['-p', 'look', '--permission-mode', 'acceptEdits'],
      prepare,
      turns: ({ cwd }) => [[read(join(cwd, 'notes.txt'))], [write(join(cwd, 'notes.txt'))]],
    });
    expect(readFileSync(join(box.cwd, 'notes.txt'), 'utf8')).toBe(HARM);
    expect(readFileSync(join(box.home, '.bashrc'), 'utf8')).toBe('alias ll="ls -l"\n');
  });

  it('loses to nobody who swaps a link between the judgement and the write: 40 attempts', async () => {
    const prepare = ({ home, cwd }: Place) => {
      plant({ home, cwd, env: {} });
      execFileSync('git', ['init', '-q', cwd]);
      mkdirSync(join(cwd, 'good'));
      return swap(join(cwd, 'place'), [join(cwd, 'good'), join(home, '.ssh')]);
    };
    const names = Array.from({ length: 40 }, (_, index) => `note-${index}`);

    const bare = createBox();
    await prepare(bare);
    // Who looks and then writes by the same path is deceived sooner or later.
    const isDeceived = () => {
      const path = join(bare.cwd, 'place');
      if (realpathSync(path) === join(bare.home, '.ssh')) return false;
      writeFileSync(join(path, 'note'), HARM);
      return existsSync(join(bare.home, '.ssh/note'));
    };
    await expect.poll(isDeceived, { timeout: 30_000, interval: 0 }).toBe(true);

    const played = await play({
      args: ['-p', 'look', '--permission-mode', 'acceptEdits'],
      prepare,
      turns: ({ cwd }) => [names.map((name) => write(join(cwd, 'place', name)))],
    });
    expect(readdirSync(join(played.box.home, '.ssh'))).toEqual(['id_ed25519']);
    for (const index of names.keys()) expect(played.decision(`C${index + 1}`).rule).not.toBe('');
    expect(played.code).toBe(0);
  });
});

/** Lets a link lead now here, now there, as fast as it goes, until the test is over. Resolves when it has begun. */
async function swap(link: string, targets: readonly string[]): Promise<void> {
  const program = `
    const { symlinkSync, renameSync } = require('node:fs');
    const [link, ...targets] = process.argv.slice(1);
    for (let n = 0; ; n++) {
      symlinkSync(targets[n % targets.length], link + '.new');
      renameSync(link + '.new', link);
    }`;
  const child: ChildProcess = spawn(process.execPath, ['-e', program, link, ...targets], { stdio: 'ignore' });
  onTestFinished(async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  });
  await expect
    .poll(() => lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink(), { timeout: 30_000 })
    .toBe(true);
}

/** How the model asks for a secret, and what would give it without a guard. */
const READS: [asked: (place: Place) => ScriptedCall, bare: string][] = [
  [({ home }) => read(join(home, '.ssh/id_ed25519')), 'cat ~/.ssh/id_ed25519'],
  [({ cwd }) => read(join(cwd, 'link')), 'cat link'],
  [({ cwd }) => read(join(cwd, 'folder/id_ed25519')), 'cat folder/id_ed25519'],
  [({ cwd }) => read(`${cwd}/folder/../.ssh/id_ed25519`), 'cat folder/../.ssh/id_ed25519'],
  [({ home }) => read(`/proc/self/root${home}/.ssh/id_ed25519`), 'cat /proc/self/root$HOME/.ssh/id_ed25519'],
  [() => read('/proc/self/cwd/link'), 'cat /proc/self/cwd/link'],
  [() => read('link'), 'cat ./link'],
  [({ cwd }) => read(join(cwd, '.env')), 'cat .env'],
  [() => read('/proc/self/environ'), 'cat /proc/self/environ'],
  [() => read('/proc/thread-self/environ'), 'cat /proc/thread-self/environ'],
  [({ home }) => search(join(home, '.ssh')), 'grep -r tulips ~/.ssh'],
  [({ cwd }) => search(cwd), 'grep -r tulips .'],
  [({ cwd }) => search(join(cwd, 'folder')), 'grep -r tulips folder/'],
  [({ home }) => search(home), 'grep -r tulips ~'],
  [({ home }) => search(`/proc/self/root${home}/.ssh`), 'grep -r tulips /proc/self/root$HOME/.ssh'],
  [() => search('/proc/self/task'), 'cat /proc/self/task/*/environ'],
  [({ cwd }) => search(join(cwd, 'link')), 'grep tulips link'],
  [
    ({ cwd }) => ({ name: 'Search', input: { pattern: 'tulips', path: cwd, glob: '**/.env' } }),
    'grep tulips .env',
  ],
];

function search(path: string): ScriptedCall {
  return { name: 'Search', input: { pattern: 'tulips', path } };
}

describe('a model that reads', () => {
  it('gets no secret through another name of its file: 10 attempts', async () => {
    const LINES = [
      'cat notes.txt',
      'head -n 5 notes.txt',
      'grep -i tulips notes.txt',
      'sed -n 1p ./notes.txt',
      'awk 1 "$PWD/notes.txt"',
      'cat < notes.txt',
      'tail -n +1 link.txt',
      'wc -l README && cat notes.txt',
    ];
    const prepare = (place: Place) => {
      plant(place);
      linkSync(join(place.home, SECRET_FILE), join(place.cwd, 'notes.txt'));
      symlinkSync('notes.txt', join(place.cwd, 'link.txt'));
    };
    const bare = createBox();
    prepare(bare);
    for (const line of LINES) expect(await runBare(line, bare)).toContain(SECRET);

    const played = await play({
      prepare: ({ home, cwd }) => {
        linkSync(join(home, SECRET_FILE), join(cwd, 'notes.txt'));
        symlinkSync('notes.txt', join(cwd, 'link.txt'));
      },
      turns: ({ cwd }) => [
        [
          ...LINES.map(bash),
          read(join(cwd, 'notes.txt')),
          { name: 'Search', input: { pattern: 'tulips', path: cwd } },
          bash('cat README'),
        ],
      ],
    });
    expect(played.everything).not.toContain(SECRET);
    expect(played.everything).toContain('nothing to see');
    for (const [index] of LINES.entries()) {
      expect(played.decision(`C${index + 1}`)).toMatchObject({ decision: 'refuse' });
    }
  });

  it('gets no secret: 18 attempts, and one file that it may read', async () => {
    const prepare = (place: Place) => {
      plant(place);
      symlinkSync(join(place.home, '.ssh/id_ed25519'), join(place.cwd, 'link'));
      symlinkSync(join(place.home, '.ssh'), join(place.cwd, 'folder'));
      writeFileSync(join(place.cwd, '.env'), `PASSPHRASE='${SECRET}'\n`);
    };
    // Named so that no masker takes it for a secret: only the floor keeps it.
    const env = { GARDEN: SECRET };
    const bare = createBox(env);
    prepare(bare);
    const outputs = await Promise.all(READS.map(([_, line]) => runBare(line, bare)));
    expect(outputs.filter((output) => !output.includes(SECRET))).toEqual([]);

    const played = await play({
      prepare,
      env,
      turns: (box) => [[read(join(box.cwd, 'README')), ...READS.map(([asked]) => asked(box))]],
    });
    expect(played.everything).toContain('nothing to see');
    expect(played.everything).not.toContain(SECRET);
    expect(played.code).toBe(0);
    const refused = READS.flatMap((_, index) => {
      const { decision, rule } = played.decision(`C${index + 2}`);
      return decision === 'refuse' ? [rule] : [];
    });
    // Four searches may look, and leave the files out.
    expect(refused).toEqual(Array(14).fill('floor:secret-file'));
  });
});
