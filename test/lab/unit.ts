import type { Lab } from './lab.ts';
import { STEWARD } from './lab.ts';

export const UNIT = 'steward-check.service';
export const END = '/run/steward-check.end';

/**
 * A health check as a hardened service. MemoryDenyWriteExecute= is not there: V8 cannot start under it.
 * SuccessExitStatus= are the outcomes that say something about the machine, not about us. `user` is one that exists,
 * or null for one that is made up when the unit starts.
 */
export async function installUnit(
  lab: Lab,
  { user, key }: { user: string | null; key: string },
): Promise<void> {
  await lab.write('/etc/steward/key', `${key}\n`);
  await lab.must(['chmod', '600', '/etc/steward/key']);
  if (user !== null) await lab.must(['useradd', '--system', '--no-create-home', user]);
  const unit = [
    '[Unit]',
    'Description=Health check by steward',
    'StartLimitIntervalSec=0',
    '[Service]',
    'Type=oneshot',
    `ExecStart=${STEWARD} run health-check`,
    'SuccessExitStatus=58 60 61 62 75 77 143',
    'StateDirectory=steward',
    'StateDirectoryMode=0700',
    'LoadCredential=anthropic:/etc/steward/key',
    'DynamicUser=yes',
    ...(user === null ? [] : [`User=${user}`]),
    'SupplementaryGroups=systemd-journal',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'ProtectHome=yes',
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectControlGroups=yes',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6',
    'RestrictNamespaces=yes',
    'LockPersonality=yes',
    'SystemCallFilter=@system-service',
    'SystemCallArchitectures=native',
    'CapabilityBoundingSet=',
    'MemoryMax=512M',
    'TasksMax=64',
    'TimeoutStopSec=20',
    // How it ended, for the test: systemd forgets a unit that ended well. The journal knows the invocation of what it
    // has to read yet only for as long as the unit is there.
    `ExecStopPost=+/bin/sh -c 'journalctl --sync; echo "$SERVICE_RESULT $EXIT_CODE $EXIT_STATUS $INVOCATION_ID" >${END}'`,
    '',
  ];
  await lab.write(`/etc/systemd/system/${UNIT}`, unit.join('\n'));
  await lab.must(['systemctl', 'daemon-reload']);
}

export interface UnitEnd {
  /** `success exited 60`: systemd's result, and how the process ended. */
  ended: string;
  /** What this start left in the journal, without times. */
  journal: string;
}

/** Starts the unit and waits for its end. */
export async function runUnit(lab: Lab): Promise<UnitEnd> {
  await lab.run(['rm', '-f', END]);
  await lab.run(['systemctl', 'start', UNIT]);
  return readUnitEnd(lab);
}

export async function readUnitEnd(lab: Lab): Promise<UnitEnd> {
  const [result, code, status, invocation] = (await lab.must(['cat', END])).trim().split(' ');
  await lab.must(['journalctl', '--sync']);
  const ours = `_SYSTEMD_INVOCATION_ID=${invocation}`;
  const journal = await lab.must(['journalctl', '--no-pager', '-o', 'cat', ours]);
  return { ended: `${result} ${code} ${status}`, journal };
}
