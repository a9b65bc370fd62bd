import { OpsError } from '../../lib/ops-error.ts';

/** Who is at the other end, as the kernel told systemd when the connection was made. */
export interface Peer {
  pid: number;
  uid: number;
}

/**
 * From the instance that systemd names a service of `Accept=yes` by: `N-PID-UID`, since version 257 `N-PID_INODE-UID`
 * (systemd.socket(5), "Accept="; src/core/socket.c, instance_from_socket). OpsError `usage` for what does not tell who
 * it is: `N-unknown` comes from another user namespace.
 */
export function peerOfInstance(instance: string): Peer {
  const found = /^\d{1,10}-(\d{1,10})(?:_\d{1,20})?-(\d{1,10})$/.exec(instance);
  const pid = Number(found?.[1]);
  const uid = Number(found?.[2]);
  // The two highest ids stand for nobody at all.
  if (found === null || pid === 0 || uid >= 0xff_ff_ff_fe) {
    throw new OpsError(
      'unknown-peer',
      'usage',
      'systemd does not say who is at the other end of the socket',
      {
        hint: 'the executor is started by steward-executor.socket, with --peer %i',
      },
    );
  }
  return { pid, uid };
}

/** The effective user of a process, from /proc/PID/status; null when there is none any more. */
export function effectiveUid(status: string | undefined): number | null {
  const found = /^Uid:\s+\d+\s+(\d+)/m.exec(status ?? '');
  return found === null ? null : Number(found[1]);
}
