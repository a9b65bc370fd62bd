import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildScreen } from './build-program.ts';
import { type OpenOptions, openRig, type TestRig } from './open-rig.ts';

let folder: string;
let program: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'steward-editor-'));
  program = await buildScreen('test/terminal/play-editor.ts', folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function open(options: OpenOptions = {}): Promise<TestRig> {
  const rig = openRig([process.execPath, program], options);
  await rig.waitForText(/^❯ /m);
  return rig;
}

/** What stands in the editor: from its prompt to the lines below it, which are not indented like text. */
function typedIn(screen: string[]): string {
  const first = screen.findLastIndex((line) => line.startsWith('❯ '));
  const rest = screen.slice(first + 1);
  const end = rest.findIndex((line) => /cloud · |Enter tells|Tab opens|Ctrl\+/.test(line));
  return [screen[first] ?? '', ...rest.slice(0, end)].map((line) => line.slice(2)).join('');
}

describe.each([{ isInTmux: false }, { isInTmux: true }])(
  'the editor in a terminal, $isInTmux in tmux',
  (where) => {
    it('drops no key at a hundred a second while an answer streams', async () => {
      const rig = await open({ ...where, columns: 120, rows: 40 });
      rig.type('go\r');
      await rig.waitForText('type ahead');
      const text = Array.from({ length: 300 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');
      for (const letter of text) {
        rig.type(letter);
        // The pace of the keys, not a wait for something.
        await delay(10);
      }
      await rig.waitFor((screen) => typedIn(screen) === text);
    });

    it('has the real cursor where the next letter goes, however wide the letters are', async () => {
      const rig = await open(where);
      const isAt = (column: number, rowsBelow: number) => (screen: string[]) => {
        const row = screen.findIndex((line) => line.startsWith('❯ ')) + rowsBelow;
        const cursor = rig.cursor();
        return cursor.isVisible && cursor.column === column && cursor.row === row;
      };
      await rig.waitFor(isAt(2, 0));
      rig.type('日本e\u0301👍🏽x');
      await rig.waitForText('日本e\u0301👍🏽x');
      await rig.waitFor(isAt(10, 0));
      rig.press('left', 'left', 'left');
      await rig.waitFor(isAt(6, 0));
      rig.press('ctrl+j');
      await rig.waitFor(isAt(2, 1));
    });

    it('keeps a paste of many lines as one word, and sends it only with Enter', async () => {
      const rig = await open(where);
      rig.paste('one\ntwo\nthree\nfour\nfive\n');
      await rig.waitForText('❯ [pasted 5 lines #1]');
      rig.press('ctrl+w');
      await rig.waitForText('❯ ask');
      rig.press('ctrl+_');
      await rig.waitForText('❯ [pasted 5 lines #1]');
      rig.press('tab');
      await rig.waitFor((screen) => screen.includes('❯ one') && screen.includes('  five'));
    });

    it('takes keys that come late and together, as over a slow line', async () => {
      const rig = await open({ ...where, latencyMs: 300 });
      rig.type('one two');
      rig.press('ctrl+w');
      rig.type('three');
      rig.press('ctrl+a', 'alt+f', 'ctrl+k', 'ctrl+y', 'ctrl+_', 'ctrl+e');
      rig.type('!');
      await rig.waitForText('❯ one!');
      rig.press('esc', 'ctrl+u', 'ctrl+y');
      rig.type('?');
      await rig.waitForText('❯ one!?');
    });
  },
);

describe('a terminal with the kitty keyboard', () => {
  it('tells Shift+Enter from Enter, also where the terminal is slow to say that it has it', async () => {
    const rig = await openWithKitty();
    rig.type('one');
    rig.type('\x1b[13;2u');
    rig.type('two\x1b[119;5u');
    rig.type('three');
    await rig.waitFor((screen) => screen.includes('❯ one') && screen.includes('  three'));
  });
});

/** The terminal says that it has it, and not at once, as over a slow line. */
async function openWithKitty(): Promise<TestRig> {
  const rig = openRig([process.execPath, program]);
  const stop = rig.onBytes((bytes) => {
    if (!Buffer.from(bytes).includes('\x1b[?u')) return;
    stop();
    setTimeout(() => rig.type('\x1b[?0u'), 500);
  });
  await vi.waitFor(() => expect(rig.written()).toContain('\x1b[>1u'), { timeout: 20_000 });
  return rig;
}
