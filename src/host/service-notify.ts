import { spawn } from 'node:child_process';

/**
 * Tells systemd how we are, where it asked: Node cannot write to a Unix datagram socket, so `systemd-notify` does, for our
 * process id (`NotifyAccess=all`). Nothing happens, and nothing is started, outside a unit of Type=notify.
 */
export interface ServiceNotify {
  /** `READY=1`, `STATUS=…`, `STOPPING=1`, `WATCHDOG=1`. */
  tell(...words: string[]): void;
  /** Half the time in which systemd wants to hear of us, milliseconds; null: it does not. */
  watchdogMs: number | null;
}

export function createServiceNotify(env: NodeJS.ProcessEnv): ServiceNotify {
  const isWanted = env.NOTIFY_SOCKET !== undefined;
  const watchdogUs = Number(env.WATCHDOG_USEC);
  return {
    watchdogMs: isWanted && watchdogUs > 0 ? watchdogUs / 2_000 : null,
    tell(...words) {
      if (!isWanted) return;
      const child = spawn('systemd-notify', [`--pid=${process.pid}`, ...words], { env, stdio: 'ignore' });
      child.on('error', () => {
        // systemd asked and its program is not there: it will say itself that we did not answer.
      });
      child.unref();
    },
  };
}
