import { describe, expect, it } from 'vitest';
import { openSteward, type StewardRig } from './open-steward.ts';

const seen = (rig: StewardRig): string => [...rig.scrollback(), ...rig.screen()].join('\n').trimEnd();

const SCRIPT = [
  { text: 'I look.', toolCalls: [{ name: 'Bash', input: { command: 'echo one; echo two' } }] },
  { text: 'There are **two** lines. All is well.' },
];

describe('steward on a dumb terminal', () => {
  it('talks in flat lines, from the prompt to the answer', async () => {
    const rig = await openSteward({ script: SCRIPT, env: { TERM: 'dumb' } });
    await rig.waitForText(/^(?:Nothing is wrong|\d+ findings?:)[\s\S]*\n>$/m);
    rig.type('what is there?\r');
    await rig.waitForText(/All is well\.\n>/);
    const whole = seen(rig);
    const told = whole.slice(whole.indexOf('> what is there?'));
    expect(told.replace(/after \d+m?s/, 'after 5ms')).toBe(
      [
        '> what is there?',
        'I look.',
        "Running, effect observe: 'echo' 'one'; 'echo' 'two'",
        'Done after 5ms: exit 0.',
        '  one',
        '  two',
        'There are two lines. All is well.',
        '>',
      ].join('\n'),
    );
    expect(rig.written()).not.toMatch(/\x1b/);
    rig.press('ctrl+d');
    expect(await rig.ended).toBe(0);
    expect(seen(rig)).toMatch(/Go on with it: steward -r [0-9a-z-]+$/);
  });

  it('does so for --screen-reader in any terminal', async () => {
    const rig = await openSteward({ args: ['--screen-reader', 'hello'], script: [{ text: 'Hello you.' }] });
    await rig.waitForText(/Hello you\.\n[\s\S]*>/);
    expect(rig.written()).not.toMatch(/\x1b/);
    rig.type('/exit\r');
    expect(await rig.ended).toBe(0);
  });

  it('ends what works at Ctrl+C and stays', async () => {
    const rig = await openSteward({ script: [{ text: 'never', delayMs: 60_000 }], env: { TERM: 'dumb' } });
    await rig.waitForText(/^>/m);
    rig.type('hello\r');
    await expect.poll(() => rig.server.requests.length, { timeout: 20_000 }).toBe(1);
    rig.press('ctrl+c');
    await rig.waitForText(/Ended, stopped.*[\s\S]*\n>/);
    rig.press('ctrl+d');
    expect(await rig.ended).toBe(0);
  });
});
