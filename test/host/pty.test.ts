import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startInPty } from '../../src/host/index.ts';

const SIZE = { columns: 80, rows: 24 };

it('takes /bin/sh where the shell of the account lets nobody in', async () => {
  const pty = await startInPty({
    line: 'echo "$0"',
    cwd: '/',
    env: { SHELL: '/usr/sbin/nologin', PATH: process.env.PATH },
    ...SIZE,
  });
  let text = '';
  pty.onOutput((piece) => {
    text += piece;
  });
  expect(await pty.ended).toEqual({ exitCode: 0, signal: null });
  expect(text).toBe('/bin/sh\r\n');
});

it('says by which signal a command ended', async () => {
  const pty = await startInPty({ line: 'kill -QUIT $$', cwd: '/', env: { PATH: process.env.PATH }, ...SIZE });
  expect(await pty.ended).toEqual({ exitCode: null, signal: 'SIGQUIT' });
});

it('kills what does not end when it is asked to', async () => {
  const pty = await startInPty({
    line: 'trap "" HUP TERM; echo ready; while :; do sleep 1; done',
    cwd: '/',
    env: { PATH: process.env.PATH },
    ...SIZE,
  });
  await new Promise<void>((resolve) => pty.onOutput((text) => text.includes('ready') && resolve()));
  pty.stop();
  expect(await pty.ended).toEqual({ exitCode: null, signal: 'SIGKILL' });
}, 60_000);

it('waits while nobody takes what it writes', async () => {
  const pty = await startInPty({
    line: 'seq 1 300000; echo over',
    cwd: '/',
    env: { PATH: process.env.PATH },
    ...SIZE,
  });
  let text = '';
  let isPaused = false;
  pty.onOutput((piece) => {
    text += piece;
    if (isPaused || text.length < 50_000) return;
    isPaused = true;
    pty.pause();
    setImmediate(() => pty.resume());
  });
  await pty.ended;
  expect(isPaused).toBe(true);
  expect(text).toMatch(/\n300000\r\nover\r\n$/);
});

it('says what is missing on a machine for which there is no native part', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steward-no-pty-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const source = join(import.meta.dirname, '../../src');
  for (const part of ['host', 'lib', 'protocol'])
    cpSync(join(source, part), join(folder, 'src', part), { recursive: true });
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(
    join(folder, 'try.ts'),
    "import { startInPty } from './src/host/pty.ts';\n" +
      "await startInPty({ line: 'true', cwd: '/', env: {}, columns: 80, rows: 24 }).catch(({ code, hint }) => console.log(code, hint));\n",
  );
  const said = execFileSync(process.execPath, [join(folder, 'try.ts')], { encoding: 'utf8' });
  expect(said).toMatch(/^no-pty install steward with its packages for this platform/);
});
