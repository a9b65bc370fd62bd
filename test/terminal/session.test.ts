import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROGRAM } from '../system/steward.ts';
import type { Turn } from '../wire/index.ts';
import { openRig } from './open-rig.ts';
import { openSteward, type StewardRig, stewardEnv } from './open-steward.ts';

const PROMPT = /^❯ (?:ask|$)/m;

async function say(rig: StewardRig, text: string): Promise<void> {
  await rig.waitForText('❯ ');
  let typed = '';
  for (const key of text) {
    rig.press(key);
    typed += key;
    await rig.waitFor((screen) => screen.some((line) => line.trimEnd() === `❯ ${typed}`.trimEnd()));
  }
  rig.press('enter');
}

const seen = (rig: StewardRig): string => [...rig.scrollback(), ...rig.screen()].join('\n');

/** Lines that a person can find again, each once. */
const LINES = Array.from(
  { length: 60 },
  (_, i) => `Paragraph ${i} has its own words, ${'and some more of them '.repeat(3)}end${i}.`,
);
const LONG: Turn = { text: LINES.join('\n\n'), chunkDelayMs: 2, chunkChars: 12 };

/** The answer of LONG stands there whole, in order, each paragraph once. */
function expectWhole(rig: StewardRig): void {
  const words = seen(rig).replaceAll(/\s+/g, ' ');
  const found = [...words.matchAll(/Paragraph (\d+) has/g)].map(([, number]) => Number(number));
  expect(found).toEqual(LINES.map((_, i) => i));
}

describe('a session in a terminal', () => {
  it('streams without clearing the screen once', async () => {
    const rig = await openSteward({ script: [LONG] });
    await say(rig, 'go');
    await rig.waitForText(/end59\.[\s\S]*reported/);
    expect(rig.counters.fullClears).toBe(0);
    expectWhole(rig);
  });

  it('leaves no debris in the window when it changes its size in the middle of an answer', async () => {
    const rig = await openSteward({ script: [LONG], columns: 100, rows: 30 });
    await say(rig, 'go');
    for (const [paragraph, columns, rows] of [
      [3, 60, 20],
      [10, 140, 40],
      [20, 40, 10],
      [30, 80, 24],
    ] as const) {
      await rig.waitFor(() => seen(rig).includes(`Paragraph ${paragraph} `));
      rig.resize(columns, rows);
    }
    await rig.waitForText(/end59\.[\s\S]*reported/);
    await rig.waitForText(PROMPT);
    const screen = rig.screen();
    // One prompt, one status line, one line of findings: nothing of the frames before.
    expect(screen.filter((line) => line.startsWith('❯ '))).toHaveLength(1);
    expect(screen.filter((line) => line.includes('probes answered')).length).toBeLessThanOrEqual(1);
    expect(screen.filter((line) => line.includes('esc to interrupt'))).toHaveLength(0);
    expect(screen.join(' ').replaceAll(/\s+/g, ' ')).toMatch(
      /Paragraph 58 has .*end58\. Paragraph 59 has .*end59\./,
    );
  });

  it('goes to the shell at Ctrl+Z and comes back at fg, with what was typed', async () => {
    const rig = openRig(['bash', '--norc', '--noprofile', '-i'], {
      env: { PS1: 'shell$ ', ...stewardEnv('http://127.0.0.1:9') },
    });
    await rig.waitForText('shell$');
    rig.type(`${PROGRAM}\r`);
    await rig.waitForText(PROMPT);
    rig.type('half a tho');
    await rig.waitForText('❯ half a tho');
    rig.press('ctrl+z');
    await rig.waitForText(/Stopped[\s\S]*shell\$ ?$/m);
    // The shell has a terminal as it was: it echoes, and its cursor is there.
    rig.type('echo "in the $((1+1))nd shell"\r');
    await rig.waitForText('in the 2nd shell');
    expect(rig.modes().bracketedPaste || rig.cursor().isVisible).toBe(true);
    rig.type('fg\r');
    await rig.waitForText(/fg[\s\S]*❯ half a tho/);
    rig.type('ught');
    await rig.waitForText('❯ half a thought');
  });

  it('loses nothing to SIGKILL: -c goes on where it was', async () => {
    const rig = await openSteward({
      script: [{ text: 'The first answer.' }, { text: 'The second answer.' }],
    });
    await say(rig, 'first');
    await rig.waitForText(/The first answer\.[\s\S]*reported/);
    rig.signal('SIGKILL');
    expect(await rig.ended).toBe(137);
    const again = await openSteward({ server: rig.server, home: rig.home, args: ['-c'] });
    await again.waitForText('The first answer.');
    await say(again, 'second');
    await again.waitForText('The second answer.');
    expect(again.server.requests.at(-1)?.assistantMessages).toBe(1);
  });

  it('closes its log in order when the terminal hangs up', async () => {
    const rig = await openSteward({ script: [{ text: 'never', delayMs: 60_000 }] });
    await say(rig, 'hello');
    await expect.poll(() => rig.server.requests.length, { timeout: 20_000 }).toBe(1);
    rig.signal('SIGHUP');
    expect(await rig.ended).toBe(143);
    const runs = join(rig.home, '.local/state/steward/runs');
    const [log = ''] = readdirSync(runs).filter((name) => name.endsWith('.jsonl'));
    expect(readFileSync(join(runs, log), 'utf8').trimEnd().split('\n').at(-1)).toContain('"run.closed"');
  });

  it('takes every key over a link of 300 ms, and shows each once', async () => {
    const rig = await openSteward({ script: [{ text: 'Far away.' }], latencyMs: 300 });
    await rig.waitForText(PROMPT);
    const text = 'are you there, on the other side?';
    for (const key of text) {
      rig.press(key);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await rig.waitForText(`❯ ${text}`);
    rig.press('enter');
    await rig.waitForText(/Far away\.[\s\S]*reported/);
    expect(rig.counters.fullClears).toBe(0);
  });

  it('answers in tmux, and leaves the lines above to the scrollback of tmux', async () => {
    const rig = await openSteward({ script: [LONG], isInTmux: true });
    await say(rig, 'go');
    await rig.waitForText(/end59\.[\s\S]*reported/);
    expect(rig.screen().filter((line) => line.startsWith('❯ '))).toHaveLength(1);
  });

  it('gives the terminal back as it was', async () => {
    const rig = await openSteward();
    await rig.waitForText(PROMPT);
    await expect.poll(() => rig.modes().bracketedPaste, { timeout: 20_000 }).toBe(true);
    rig.press('ctrl+d');
    rig.press('ctrl+d');
    expect(await rig.ended).toBe(0);
    await rig.settle();
    const { bracketedPaste, focus, isAlternate, applicationCursor } = rig.modes();
    expect({ bracketedPaste, focus, isAlternate, applicationCursor }).toEqual({
      bracketedPaste: false,
      focus: false,
      isAlternate: false,
      applicationCursor: false,
    });
    expect(rig.cursor().isVisible).toBe(true);
  });

  it('calls whoever looks elsewhere, when it asks', async () => {
    const rig = await openSteward({
      script: [
        { toolCalls: [{ name: 'Bash', input: { command: 'touch /etc/steward-test' } }] },
        { text: 'Well.' },
      ],
      env: { TERM_PROGRAM: 'WezTerm' },
    });
    await say(rig, 'do it');
    rig.focus(false);
    await rig.waitForText('Run this?');
    await expect.poll(() => rig.notifications.length, { timeout: 20_000 }).toBe(1);
    expect(rig.notifications[0]?.text).toMatch(/^steward asks: .*touch/);
  });
});
