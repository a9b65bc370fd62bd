import type { Lab } from './lab.ts';

const LISTED = ['systemctl', 'list-units', '--all', '--plain', '--no-legend', 'steward-deadman-*'];

/** The dead man's units that systemd has, a line each: armed or at work; they go away with their end. */
export async function deadManUnits(lab: Lab): Promise<string> {
  return (await lab.run(LISTED)).stdout.trim();
}

export async function untilNoTimer(lab: Lab): Promise<void> {
  while ((await deadManUnits(lab)) !== '') await lab.run(['sleep', '0.3']);
}

/** What systemd starts when a timer goes off, without the wait for it. */
export async function letTimersGoOff(lab: Lab): Promise<void> {
  for (const [timer] of (await deadManUnits(lab)).matchAll(/steward-deadman-\w+\.timer/g)) {
    await lab.must(['systemctl', 'start', timer.replace(/timer$/, 'service')]);
    await lab.must(['systemctl', 'stop', timer]);
  }
  await untilNoTimer(lab);
}
