import { describe, expect, it } from 'vitest';
import { openSteward } from './open-steward.ts';

describe('steward in a terminal', () => {
  it('prints and exits with -p, as it does anywhere', async () => {
    const rig = await openSteward({ args: ['-p', 'hello'], script: [{ text: 'Hello you.' }] });
    expect(await rig.ended).toBe(0);
    expect(rig.screen().join('\n')).toContain('Hello you.');
    expect(rig.screen().join('\n')).not.toContain('❯');
  });

  it('says at the end how to go on, and does so with -r and the beginning of the id', async () => {
    const script = [{ when: { contains: 'And?' }, text: 'You said 42.' }, { text: 'Noted.' }];
    const first = await openSteward({ args: ['remember 42'], script });
    // The answer stands there before its turn is over.
    await first.waitForText('✓ reported');
    first.press('ctrl+d');
    await first.waitForText(/again/);
    // It counts for a second and a half, which a busy machine may miss: then the second of these is the other one.
    first.press('ctrl+d', 'ctrl+d');
    expect(await first.ended).toBe(0);
    // What was said stays; the prompt, what is wrong and the status line are gone.
    expect(first.screen().filter((line) => line !== '')).toEqual([
      '❯ remember 42',
      '● Noted.',
      expect.stringMatching(/^✓ reported · /),
      expect.stringMatching(/^Go on with it: steward -r /),
    ]);
    const run = /Go on with it: steward -r ([0-9a-f]{8})/.exec(first.screen().join('\n'))?.[1] ?? '';
    expect(run).not.toBe('');
    const second = await openSteward({
      args: ['-r', run, 'And?'],
      home: first.home,
      server: first.server,
    });
    await second.waitForText('You said 42.');
  });

  it('begins with the list of runs when -r names none', async () => {
    const first = await openSteward({ args: ['remember 42'], script: [{ text: 'Noted.' }] });
    await first.waitForText('Noted.');
    first.signal('SIGTERM');
    await first.ended;
    const second = await openSteward({ args: ['-r'], home: first.home, server: first.server });
    await second.waitForText('remember 42');
  });

  it('refuses a mode that there is not before it touches the screen', async () => {
    const rig = await openSteward({ args: ['--permission-mode', 'yolo'] });
    expect(await rig.ended).toBe(2);
    expect(rig.screen().join('\n')).toContain('"yolo" is not known');
  });
});
