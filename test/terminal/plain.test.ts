import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRig, type TestRig } from './open-rig.ts';

const SESSION = join(import.meta.dirname, 'plain-session.ts');

async function openPlain(): Promise<TestRig> {
  const rig = openRig([process.execPath, SESSION], { env: { TERM: 'dumb' } });
  await rig.waitForText(/^> $|^>$/m);
  return rig;
}

/** All that was written, lines without what is blank below. */
const seen = (rig: TestRig): string => [...rig.scrollback(), ...rig.screen()].join('\n').trimEnd();

describe('line mode in a terminal', () => {
  it('adds words to the end and moves no cursor', async () => {
    const rig = await openPlain();
    rig.type('hello\r');
    await rig.waitForText('that was all\n>');
    expect(seen(rig)).toBe(
      [
        'steward, in plain lines. /help says what there is.',
        'Model: claude-sonnet-5, in the cloud.',
        '> hello',
        'You said "hello". Bye.',
        'Note: that was all',
        '>',
      ].join('\n'),
    );
    expect(rig.written()).not.toMatch(/\x1b/);
    rig.type('/exit\r');
    expect(await rig.ended).toBe(0);
  });

  it('takes pasted lines and lines with a backslash as one prompt', async () => {
    const rig = await openPlain();
    rig.type('one\rtwo\r');
    await rig.waitForText('You said "one\\ntwo".');
    rig.type('three \\\r');
    await rig.waitForText('three \\\n');
    rig.type('four\r');
    await rig.waitForText('You said "three \\nfour".');
  });

  it('drops what was typed before a question stood there', async () => {
    const rig = await openPlain();
    rig.type('restart it\r');
    // In the half second before the question is printed, and half a line of it.
    rig.type('1\r1');
    await rig.waitForText(/Nothing runs until you do\.\nQ1 >/);
    rig.type('\r');
    await rig.waitForText('That is none of the numbers. Nothing was answered.\nQ1 >');
    expect(seen(rig)).not.toContain('answered {');
    rig.type('1\r');
    await rig.waitForText('Note: answered {"kind":"once"}');
  });

  it('takes no paste for an answer', async () => {
    const rig = await openPlain();
    rig.type('restart it\r');
    await rig.waitForText('Q1 >');
    rig.type('1\r1\r');
    await rig.waitForText('Pasted lines do not answer a question. Nothing was answered.\nQ1 >');
    rig.type('4 reload it\r');
    await rig.waitForText('answered {"kind":"deny","comment":"reload it"}');
  });

  it("hides what is typed into the operator's own command", async () => {
    const rig = await openPlain();
    rig.type('!sudo true\r');
    await rig.waitForText('Password:');
    rig.type('secret\r');
    await rig.waitForText(/got 7 keys\n>/);
    expect(seen(rig)).not.toContain('secret');
    rig.type('hello\r');
    await rig.waitForText('You said "hello".');
  });

  it('ends what works at Ctrl+C, and leaves at Ctrl+D', async () => {
    const rig = await openPlain();
    rig.press('ctrl+c');
    await rig.waitForText('Nothing works. Ctrl+D or /exit leaves.\n>');
    rig.type('work\r');
    await rig.waitForText('> work\nNote: begun');
    rig.press('ctrl+c');
    await rig.waitForText(/Note: interrupted\n>/);
    rig.press('ctrl+d');
    expect(await rig.ended).toBe(0);
    expect(seen(rig)).toMatch(/left$/);
  });
});
