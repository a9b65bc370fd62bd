import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildScreen } from './build-program.ts';
import { openRig, type TestRig } from './open-rig.ts';

const run = promisify(execFile);
const LONG_MS = 120_000;

let folder: string;
let program: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'steward-transcript-'));
  program = await buildScreen('test/terminal/play-transcript.ts', folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  [40, 10],
  [80, 24],
  [200, 60],
])('a terminal of %i by %i', (columns, rows) => {
  it.each(['code', 'prose', 'list'])('has each of 1,000 streamed lines once: %s', async (name) => {
    const rig = await open(name, { columns, rows });
    await ask(rig);
    await rig.waitForText('reported', LONG_MS);
    const numbers = linesOf(rig).flatMap((line) => /line-(\d+)-end/.exec(line)?.[1] ?? []);
    expect(numbers.map(Number)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
    expect(rig.counters.fullClears).toBe(0);
  });

  it('has no frame of what was still coming in its history', async () => {
    const rig = await open('conversation', { columns, rows });
    await ask(rig);
    await rig.waitForText('Run this?', LONG_MS);
    expect(linesOf(rig).filter((line) => /esc to interrupt/.test(line))).toEqual([]);
    expect(linesOf(rig).filter((line) => line.includes('What happened'))).toHaveLength(1);
  });

  it('has none in that of tmux', async () => {
    const rig = await open('conversation', { columns, rows, isInTmux: true });
    await ask(rig);
    await rig.waitForText('Run this?', LONG_MS);
    const socket = join(rig.home, 'tmux.sock');
    const { stdout } = await run('tmux', ['-S', socket, 'capture-pane', '-p', '-S', '-']);
    expect(stdout.split('\n').filter((line) => /esc to interrupt/.test(line))).toEqual([]);
    expect(stdout.split('\n').filter((line) => line.includes('What happened'))).toHaveLength(1);
  });
});

describe('at 80 by 24', () => {
  it('keeps what was printed when the window changes while text streams', async () => {
    const rig = await open('prose', { columns: 80, rows: 24 });
    await ask(rig);
    for (const [columns, rows] of [
      [120, 40],
      [60, 12],
      [80, 24],
    ] as const) {
      await rig.waitForText(/line-\d+-end/);
      rig.resize(columns, rows);
    }
    await rig.waitForText('reported', LONG_MS);
    const numbers = new Set(linesOf(rig).flatMap((line) => /line-(\d+)-end/.exec(line)?.[1] ?? []));
    expect(numbers.size).toBe(1_000);
  });

  it('takes keys while a long session is printed, and prints all of it once', async () => {
    const rig = await open('resumed', { columns: 80, rows: 24 });
    rig.type('typed at once');
    await rig.waitForText('❯ typed at once');
    await rig.waitForText('line-7999-end', LONG_MS);
    const numbers = linesOf(rig).flatMap((line) => /line-(\d+)-end/.exec(line)?.[1] ?? []);
    expect(numbers.map(Number)).toEqual(Array.from({ length: 8_000 }, (_, n) => n));
  });

  it('opens what a call brought, and gives the screen back as it was', async () => {
    const rig = await open('conversation', { columns: 80, rows: 24 });
    await ask(rig);
    await rig.waitForText('Run this?', LONG_MS);
    // A moment after each key, and after the dialog came, it takes no answer, and says so.
    await rig.waitForText('1-5 choose');
    const before = rig.screen();
    rig.press('ctrl+o');
    await rig.waitForText('diff 4 of 4');
    expect(rig.modes().isAlternate).toBe(true);
    rig.press('left', 'left');
    await rig.waitForText('output 2 of 4');
    rig.press('/', '3', '9', 'enter');
    await rig.waitFor((screen) => screen.some((line) => line.startsWith('end')));
    rig.press('q');
    await rig.waitForText('1-5 choose');
    expect(rig.modes().isAlternate).toBe(false);
    expect(rig.screen()).toEqual(before);
  });

  it("gives the terminal to the operator's own command, and takes it back", async () => {
    const rig = await open('own', { columns: 80, rows: 24 });
    rig.type('!vim');
    await rig.waitForText('vim');
    rig.press('enter');
    await rig.waitForText('vim is here');
    rig.press('a');
    await rig.waitForText('key a;');
    rig.press('ctrl+c');
    await rig.waitFor((screen) => screen.some((line) => /key a; key .?; /.test(`${line} `)));
    rig.press('x');
    await rig.waitForText('exit 3');
    expect(linesOf(rig).filter((line) => line.includes('vim is here'))).toHaveLength(1);
    rig.type('on');
    await rig.waitFor((screen) => screen.some((line) => line.startsWith('❯ on')));
  });

  it('prints what is open into the scrollback', async () => {
    const rig = await open('conversation', { columns: 80, rows: 24 });
    await ask(rig);
    await rig.waitForText('Run this?', LONG_MS);
    rig.press('ctrl+o');
    await rig.waitForText('diff 4 of 4');
    rig.press('left', 'left');
    await rig.waitForText('output 2 of 4');
    rig.press('[');
    await rig.waitForText('Run this?');
    await rig.waitFor(() => linesOf(rig).some((line) => line === 'Nov 21 nuc1 postgres[411]: LOG  line 39'));
  });
});

async function open(
  name: string,
  options: { columns: number; rows: number; isInTmux?: boolean },
): Promise<TestRig> {
  const rig = openRig([process.execPath, program, name], options);
  await rig.waitFor((screen) => screen.some((line) => line.startsWith('❯')));
  return rig;
}

async function ask(rig: TestRig): Promise<void> {
  rig.type('go');
  await rig.waitFor((screen) => screen.some((line) => line.startsWith('❯ go')));
  rig.press('enter');
}

function linesOf(rig: TestRig): string[] {
  return [...rig.scrollback(), ...rig.screen()].map((line) => line.trimEnd());
}
