import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Recording, startRecording } from '../terminal/recording.ts';
import type { Rig } from '../terminal/rig.ts';
import type { Step } from '../wire/index.ts';
import { GALLERY, GALLERY_CONF, GOOD_CONF, installBrokenGallery, MENDING } from './gallery.ts';
import { bootLab, LAB_SETTINGS, type Lab } from './lab.ts';
import { logIn } from './log-in.ts';
import { startLabModel } from './model.ts';

/**
 * Where the recording goes (`npm run record`), which is made of this very test at the pace of a person: keys one after
 * the other, time to read, an answer that streams.
 */
const RECORD_TO = process.env.STEWARD_RECORD;
const isSlow = RECORD_TO !== undefined;

let lab: Lab;
let rig: Rig;
let recording: Recording;

beforeAll(async () => {
  lab = await bootLab('conversation');
  await lab.must(['hostname', 'nuc1']);
  await lab.must(['sh', '-c', 'echo nuc1 >/etc/hostname; echo 127.0.1.1 nuc1 >>/etc/hosts']);
  await lab.must(['ln', '-s', '/opt/steward/bin/steward', '/usr/local/bin/steward']);
  copyFileSync('/usr/bin/bwrap', join(lab.share, 'bwrap'));
  await lab.must(['install', '-m', '755', '/opt/share/bwrap', '/usr/bin/bwrap']);
  await installBrokenGallery(lab);
  const model = await startLabModel(lab, 'mender', {
    dialect: 'openai',
    script: isSlow ? MENDING.map(slowly) : MENDING,
    more: ', context_tokens: 131072',
  });
  await lab.write('/etc/steward/steward.yaml', `${LAB_SETTINGS}${model.settings}`);
  rig = await logIn(lab, { columns: 96, rows: 37 });
  recording = startRecording(rig, 'steward on nuc1');
});
afterAll(async () => {
  await lab?.down();
  await rig?.close();
});

function slowly(step: Step): Step {
  return { ...step, delayMs: 700, chunkChars: 5, chunkDelayMs: 35 };
}

const pause = (ms: number) => (isSlow ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined);

async function type(text: string): Promise<void> {
  for (const key of text) {
    rig.press(key);
    await pause(key === ' ' ? 90 : 45);
  }
}

/** The second key counts for a second and a half, which a busy machine may miss; a third would be the shell's. */
async function leave(): Promise<void> {
  rig.press('ctrl+d');
  await rig.waitForText('again');
  rig.press('ctrl+d');
  const isLeft = () => rig.waitForText(/Go on with it: steward -r [0-9a-f]{8}/);
  await isLeft().catch(() => {
    rig.press('ctrl+d', 'ctrl+d');
    return isLeft();
  });
}

/** Above and in the window, as a person who scrolls back reads it. */
const seen = () => [...rig.scrollback(), ...rig.screen()].join('\n');
const isActive = async () => (await lab.run(['systemctl', 'is-active', GALLERY])).stdout.trim();

describe('a conversation in a booted system', () => {
  it('goes from what is wrong over a denied and an allowed question to a report', async () => {
    rig.press('enter');
    await pause(800);
    await type('steward');
    rig.press('enter');

    // What is wrong is there before anybody asks.
    await rig.waitForText(`1 critical: ${GALLERY} (Family photos) has failed`);
    await rig.waitForText(/^❯ ask, or ! for a command/m);
    await pause(2_000);
    await type('the family photos are down: find out why, and mend it');
    await rig.waitForText('❯ the family photos are down: find out why, and mend it');
    await pause(600);
    rig.press('enter');

    // It looks, each call a line, and then wants to do something.
    await rig.waitForText('Run this? interrupts something');
    const asked = rig.screen().join('\n');
    expect(asked).toContain(`  systemctl restart ${GALLERY}\n`);
    expect(asked).toContain(`touches  unit ${GALLERY}`);
    expect(asked).toContain('because  `systemctl restart` is disruptive (spec:systemctl.restart)');
    expect(seen()).toMatch(/○ systemctl status gallery\.service --no-pager -n 0 · exit 3 · \d+ lines/);
    expect(seen()).toMatch(/○ journalctl -u gallery\.service -n 5 --no-pager -o cat · \d+ lines/);
    expect(seen()).toMatch(/○ Read \/etc\/gallery\.conf · 3 lines/);
    await rig.waitForText('1-5 choose');
    await pause(2_500);

    // No: a restart mends no settings.
    rig.press('4');
    await rig.waitForText('Why not? The model is told.');
    await type('its settings are wrong: mend them first');
    await rig.waitForText('❯ its settings are wrong: mend them first');
    await pause(900);
    rig.press('enter');
    // It may be above the window by the time that the window is looked at.
    await rig.waitFor(() =>
      seen().includes('denied; the model is told: its settings are wrong: mend them first'),
    );

    // The better proposal: each line that would change, how it goes back, and what has to be true afterwards.
    await rig.waitForText('X1 Point the gallery to its thumbnails');
    await rig.waitForText('1-5 choose');
    const proposed = rig.screen().join('\n');
    expect(proposed).toContain(`1. edit ${GALLERY_CONF}`);
    expect(proposed).toContain('back: the file is put back as it was');
    expect(proposed).toContain(`2. systemctl restart ${GALLERY}`);
    expect(proposed).toContain(`back: ${GALLERY}: back to the state it had`);
    expect(proposed).toContain('- thumbs = /var/cache/galery');
    expect(proposed).toContain('+ thumbs = /var/cache/gallery');
    expect(proposed).toContain(`proof    systemctl is-active ${GALLERY} → exit 0`);
    expect(proposed).toContain('http://127.0.0.1:8080/ → status == 200');
    expect(seen()).toContain('✗ you did not allow it');
    expect(await isActive()).toBe('failed');
    await pause(1_500);
    recording.mark('question');
    await pause(2_500);

    rig.press('1');
    await rig.waitForText('❯ 1  Allow once');
    await pause(900);
    rig.press('enter');

    // It is done, proved, and told; and what was wrong is not said any more.
    await rig.waitForText('✓ X1 held: it is applied and verified');
    await rig.waitForText(/✓ reported · \d+ turns/);
    await rig.waitForText('✓ nothing found');
    await rig.waitForText(/^❯ ask, or ! for a command/m);
    const told = seen();
    expect(told).toMatch(/✓ edit \/etc\/gallery\.conf/);
    expect(told).toMatch(/✓ systemctl restart gallery\.service/);
    expect(told).toMatch(/✓ systemctl is-active gallery\.service → exit 0/);
    expect(told).toMatch(/✓ http:\/\/127\.0\.0\.1:8080\/ → status == 200/);
    expect(told).toMatch(/gallery\.service +failed, exit 3 +active/);
    expect(told).toContain('Cause: thumbs in /etc/gallery.conf named /var/cache/galery');
    await pause(1_000);
    recording.mark('report');
    await pause(3_000);
    expect(await lab.must(['cat', GALLERY_CONF])).toBe(GOOD_CONF);
    expect(await isActive()).toBe('active');
    expect(await lab.must(['curl', '-s', 'http://127.0.0.1:8080/'])).toBe('42 photos\n');
    expect(rig.counters.fullClears).toBe(0);

    await leave();
    await rig.waitForText(/#$/m);
    await pause(1_500);
    rig.type('exit\r');
    expect(await rig.ended).toBe(0);
    const [, run = ''] = /steward -r ([0-9a-f]{8})/.exec(seen()) ?? [];
    expect((await lab.steward(['runs', 'verify', run])).code).toBe(0);
    if (RECORD_TO !== undefined) recording.save(RECORD_TO);
  }, 120_000);
});
