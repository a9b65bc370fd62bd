import { describe, expect, it } from 'vitest';
import { openSteward, type StewardRig } from './open-steward.ts';

const bash = (command: string) => ({ name: 'Bash', input: { command } });
const ESCAPE = '\x1b';
const FOCUS_IN = '\x1b[I';
const TELL_FOCUS = '\x1b[?1004h';

describe('keys around the end of the pager', () => {
  it('reach the screen: behind the key that closes it, and before what the terminal tells of its focus', async () => {
    const rig = await openSteward({
      rows: 50,
      script: [
        { toolCalls: [bash('uname -a')] },
        { text: 'First.', toolCalls: [bash('mkdir made')] },
        { text: 'Second.', toolCalls: [bash('mkdir made')] },
      ],
    });
    await rig.waitForText(/^❯ ask/m);

    await openPagerOverQuestion(rig, 'make one');
    rig.type(`q${ESCAPE}`);
    await rig.waitForText(/❯ make one[\s\S]*stopped[\s\S]*^❯ ask/m);

    await openPagerOverQuestion(rig, 'make another');
    // As tmux does it: asked to tell of the focus, it tells at once. The operator was a moment faster.
    const stop = rig.onBytes((bytes) => {
      if (Buffer.from(bytes).includes(TELL_FOCUS)) rig.type(ESCAPE + FOCUS_IN);
    });
    rig.press('q');
    await rig.waitForText(/❯ make another[\s\S]*stopped[\s\S]*^❯ ask/m);
    stop();
    expect(rig.screen().join('\n')).not.toContain('Run this?');
  });
});

async function openPagerOverQuestion(rig: StewardRig, prompt: string): Promise<void> {
  rig.type(prompt);
  await rig.waitForText(`❯ ${prompt}`);
  rig.press('enter');
  await rig.waitForText('Run this?');
  rig.press('ctrl+o');
  await rig.waitForText('q close');
}
