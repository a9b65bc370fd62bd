import type { Lab } from './lab.ts';

/** What goes wrong in these tests, and what only looks like it. */
export const BACKUP = 'nightly-backup.service';
export const BACKUP_SAYS = 'repository is locked by host nas pid 4121';

/** A oneshot service that fails with 7 while /srv/backup/lock is there, as backup programs do. */
export async function installBackup(lab: Lab): Promise<void> {
  await lab.write(
    `/etc/systemd/system/${BACKUP}`,
    [
      '[Unit]',
      'Description=Nightly backup',
      '[Service]',
      'Type=oneshot',
      'ExecStart=/usr/local/bin/nightly-backup',
      '',
    ].join('\n'),
  );
  const program = [
    '#!/bin/sh',
    'echo "backup: opening repository /srv/backup"',
    '[ -e /srv/backup/lock ] || exit 0',
    `echo "backup: ${BACKUP_SAYS}" >&2`,
    'exit 7',
    '',
  ].join('\n');
  await lab.write('/usr/local/bin/nightly-backup', program);
  await lab.must(['chmod', '755', '/usr/local/bin/nightly-backup']);
  await lab.must(['systemctl', 'daemon-reload']);
}

export async function breakBackup(lab: Lab): Promise<void> {
  await lab.write('/srv/backup/lock', 'nas 4121\n');
  await lab.run(['systemctl', 'start', BACKUP]);
}

export async function mendBackup(lab: Lab): Promise<void> {
  await lab.must(['rm', '/srv/backup/lock']);
  await lab.must(['systemctl', 'start', BACKUP]);
}

/** 12 of the 13 MB that a file system of 16 MB has for files: 93 %. */
export async function fillData(lab: Lab): Promise<void> {
  await lab.must(['mkdir', '-p', '/srv/data/thumbnails']);
  await lab.must(['sh', '-c', 'head -c 12000K /dev/zero >/srv/data/thumbnails/cache.bin']);
}

export async function emptyData(lab: Lab): Promise<void> {
  await lab.must(['rm', '-r', '/srv/data/thumbnails']);
}

export const NOISY = ['sshd', 'CRON', 'dhclient', 'smbd'];

/**
 * Several hundred lines of a normal day, in the journal's own way (`<3>` is the priority): the internet knocking,
 * jobs, leases, and a service that has always complained at level err. `day` varies what varies.
 */
export async function makeNoise(lab: Lab, day: number): Promise<void> {
  for (const [index, identifier] of NOISY.entries()) {
    const lines = Array.from({ length: 150 }, (_, i) => noisyLines(index, day * 1000 + i)).flat();
    await lab.must(['systemd-cat', '-t', identifier, 'cat'], { input: `${lines.join('\n')}\n` });
  }
  await lab.must(['journalctl', '--sync']);
}

function noisyLines(index: number, n: number): string[] {
  const address = `203.0.113.${n % 250}`;
  const lines = [
    [
      `<6>Connection closed by invalid user admin ${address} port ${30_000 + n} [preauth]`,
      '<3>error: kex_exchange_identification: Connection closed by remote host',
      `<3>error: maximum authentication attempts exceeded for root from ${address} port ${n} ssh2 [preauth]`,
    ],
    [
      `<6>(root) CMD (run-parts --report /etc/cron.daily # ${n})`,
      '<6>pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)',
    ],
    [
      `<6>DHCPREQUEST for 192.168.1.${n % 254} on eth0 to 192.168.1.1 port 67`,
      `<4>bound to 192.168.1.${n % 254} -- renewal in ${n * 7} seconds.`,
    ],
    [
      `<3>  ../../source3/printing/print_cups.c:${n}: Unable to connect to CUPS server localhost:631 - Connection refused`,
    ],
  ];
  return lines[index] ?? [];
}
