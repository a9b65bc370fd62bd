import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildScreen } from './build-program.ts';
import { openRig, type TestRig } from './open-rig.ts';

/**
 * What a person sees after each key. Every screen is kept as text and was looked at by eye; UPDATE_SCREENS=1 writes
 * them anew, to be looked at again.
 */
const SCREENS = join(import.meta.dirname, 'screens');
const isUpdating = process.env.UPDATE_SCREENS === '1';
const SETTLE_MS = 700;

type Size = '40x10' | '80x24' | '200x60';
const SIZES: Size[] = ['40x10', '80x24', '200x60'];

let folder: string;
let program: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'steward-screens-'));
  program = await buildScreen('test/terminal/play-scenario.ts', folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface OpenScenario {
  size?: Size;
  isInTmux?: boolean;
  env?: Record<string, string>;
}

async function open(scenario: string, { size = '80x24', ...options }: OpenScenario = {}): Promise<TestRig> {
  const [columns = 0, rows = 0] = size.split('x').map(Number);
  const rig = openRig([process.execPath, program, scenario], { columns, rows, ...options });
  await rig.waitFor((screen) => screen.some((line) => /^[❯>] /.test(line)));
  return rig;
}

/** The window with its cursor, as it is kept. */
function pictureOf(rig: TestRig): string {
  const { column, row, isVisible } = rig.cursor();
  const cursor = isVisible ? `cursor in line ${row + 1}, column ${column + 1}` : 'no cursor';
  return `${rig.screen().join('\n').trimEnd()}\n${'═'.repeat(rig.size().columns)}\n${cursor}\n`;
}

/** The window becomes what is kept under this name. */
async function expectScreen(rig: TestRig, name: string): Promise<void> {
  const file = join(SCREENS, `${name}.txt`);
  if (isUpdating) {
    await rig.quiet(SETTLE_MS);
    writeFileSync(file, pictureOf(rig));
    return;
  }
  const kept = readFileSync(file, 'utf8');
  // What differs at the deadline is shown by the comparison.
  await rig.waitFor(() => pictureOf(rig) === kept, 30_000).catch(() => {});
  expect(pictureOf(rig)).toBe(kept);
}

/** Key by key: what comes in one go is a paste where the program cannot tell, and Enter behind it a new line. */
async function send(rig: TestRig, text: string): Promise<void> {
  let typed = '';
  for (const key of text) {
    rig.press(key);
    typed += key;
    await rig.waitFor((screen) =>
      screen.some(
        (line) => line.trimEnd() === `❯ ${typed}`.trimEnd() || line.trimEnd() === `> ${typed}`.trimEnd(),
      ),
    );
  }
  rig.press('enter');
}

/** A question takes no answer before the keys have rested: what comes sooner was not meant for it. */
const REST_MS = 1_500;

async function deny(rig: TestRig): Promise<void> {
  await rig.quiet(REST_MS);
  rig.press('3');
  await rig.quiet(100);
  rig.press('enter');
  await rig.waitFor((screen) => !screen.some((line) => line.includes('Run this?')));
}

describe.each(SIZES)('at %s', (size) => {
  it('begins with what is wrong', async () => {
    await expectScreen(await open('start', { size }), `start-${size}`);
  });

  it('shows what is typed, in several lines, and the commands', async () => {
    const rig = await open('start', { size });
    rig.type('why is the disk full?');
    rig.press('ctrl+j');
    rig.type('look at 日本語 first');
    await expectScreen(rig, `typed-${size}`);
    rig.press('esc', 'ctrl+u', 'backspace', 'ctrl+u');
    await rig.waitFor((screen) => !screen.join('').includes('disk full?'));
    rig.type('/');
    await expectScreen(rig, `palette-${size}`);
  });

  it('streams an answer in what room there is', async () => {
    const rig = await open('streaming', { size });
    await send(rig, 'why?');
    await expectScreen(rig, `streaming-${size}`);
    expect(rig.counters.fullClears).toBe(0);
  });

  it('asks, and goes on when the answer is no', async () => {
    const rig = await open('start', { size });
    await send(rig, 'why?');
    await rig.waitForText(/deny/i);
    await expectScreen(rig, `question-${size}`);
    await deny(rig);
    await expectScreen(rig, `denied-${size}`);
  });

  it('lists earlier runs', async () => {
    const rig = await open('start', { size });
    await send(rig, '/resume');
    await expectScreen(rig, `resume-${size}`);
  });
});

describe('at 80x24', () => {
  it.each(['all-well', 'no-model', 'paused'])('begins: %s', async (scenario) => {
    await expectScreen(await open(scenario), scenario);
  });

  it.each(['working', 'report', 'failed', 'wide'])('shows a turn: %s', async (scenario) => {
    const rig = await open(scenario);
    await send(rig, 'go on');
    await expectScreen(rig, scenario);
  });

  it('opens help, mentions, history and all findings', async () => {
    const rig = await open('start');
    rig.type('?');
    await expectScreen(rig, 'help');
    rig.press('esc');
    await rig.waitForText('❯ ask');
    rig.type('restart @po');
    await expectScreen(rig, 'mentions');
    rig.press('esc', 'ctrl+u');
    await rig.waitForText('❯ ask');
    rig.press('ctrl+r');
    rig.type('post');
    await expectScreen(rig, 'history');
    rig.press('esc', 'ctrl+e', 'ctrl+u');
    await rig.waitForText('❯ ask');
    rig.press('ctrl+t');
    await expectScreen(rig, 'findings');
  });

  it('keeps a large paste as one word', async () => {
    const rig = await open('start');
    rig.paste(Array.from({ length: 40 }, (_, i) => `line ${i}`).join('\n'));
    await expectScreen(rig, 'paste');
  });

  it.each(['model', 'rewind', 'doctor'])('shows /%s', async (command) => {
    const rig = await open('start');
    await send(rig, `/${command}`);
    await expectScreen(rig, `command-${command}`);
  });

  it('opens output in a pager and comes back to the same screen', async () => {
    const rig = await open('start');
    await send(rig, 'why?');
    await rig.waitForText('Esc stops');
    rig.press('ctrl+o');
    await expectScreen(rig, 'pager');
    rig.press('q');
    await expectScreen(rig, 'question-80x24');
  });

  it('takes a comment with the no', async () => {
    const rig = await open('start');
    await send(rig, 'why?');
    await rig.waitForText('Esc stops');
    rig.press('tab');
    await rig.waitFor((screen) => !screen.some((line) => line.includes('Tab denies')));
    rig.type('reload it instead');
    await expectScreen(rig, 'comment');
  });

  it('looks the same in tmux', async () => {
    const rig = await open('start', { isInTmux: true });
    await expectScreen(rig, 'start-80x24');
    await send(rig, 'why?');
    await rig.waitForText('Esc stops');
    await expectScreen(rig, 'question-80x24');
  });

  it('draws in ASCII where the locale has no more', async () => {
    const rig = await open('start', { env: { LANG: 'C' } });
    await send(rig, 'why?');
    await rig.waitForText('Esc stops');
    await expectScreen(rig, 'ascii');
  });
});
