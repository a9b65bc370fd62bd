import { describe, expect, it } from 'vitest';
import { openSteward } from './open-steward.ts';

describe('the start of a session', () => {
  it('keeps what is typed before the screen stands, and shows it once', async () => {
    const rig = await openSteward();
    rig.type('typed ahead');
    await rig.waitForText(/^❯ typed ahead$/m);
    // Whatever is wrong with the machine that this runs on.
    await rig.waitForText(/probes? answered|\d (?:critical|warning|info)/);
    expect(rig.screen().join('\n').match(/typed/g)).toHaveLength(1);
    expect(rig.screen()[0]).not.toMatch(/typed/);
  });
});
