import { type Rig, startRig } from '../terminal/rig.ts';
import type { Lab } from './lab.ts';

/**
 * A shell in a terminal of the lab, as a login gives one: `su --pty` opens a PAM session and takes a terminal of the
 * lab's own devpts, so that steward finds in /dev what it runs in. What is typed here is typed there.
 */
export async function logIn(lab: Lab, size: { columns: number; rows: number }): Promise<Rig> {
  // Where a login reads its language from.
  await lab.write('/etc/default/locale', 'LANG=C.UTF-8\n');
  const rig = startRig({
    ...size,
    argv: lab.argv(['su', '--pty', '--login', 'root']),
    cwd: '/',
    env: { PATH: process.env.PATH ?? '' },
  });
  await rig.waitForText(/#$/m);
  return rig;
}
