/** What a sandbox shows, hides and lets be changed. Every path is absolute, exists, and has no links in it. */
export interface SandboxPlan {
  cwd: string;
  /** As root, capabilities are what must be taken away; for others a user namespace is what can be had. */
  isRoot: boolean;
  /** The host's addresses, sockets of the network and routes. */
  hasNetwork: boolean;
  /** Its processes are the host's: bus and process tools work in no other way. A filter keeps it from signalling them. */
  sharesProcesses: boolean;
  /** Its /proc shows its own processes only. */
  hasOwnProc: boolean;
  /** All of /run is shown; else only `shownInRun`. */
  seesRun: boolean;
  shownInRun: readonly string[];
  devices: readonly string[];
  writable: readonly string[];
  /** Inside something writable, and yet not to be changed. */
  guarded: readonly string[];
  hiddenFiles: readonly string[];
  hiddenFolders: readonly string[];
  /** Shown although it lies in something hidden. */
  shown: readonly string[];
}

/** The descriptor on which bubblewrap says that the command was started. */
export const STATUS_FD = 3;
/** The one from which it reads the filter of system calls. */
export const FILTER_FD = 4;

/** For sandboxed programs that need room: /tmp is the host's, and cannot be written. */
const SCRATCH = '/dev/shm';

/**
 * bwrap(1)'s arguments up to `--`. Later ones win, so the order is: the host, read-only; what may be written; what may
 * not; what is hidden; what is shown all the same.
 *
 * No --new-session: the child is the leader of a session without a terminal already, and a session of its own would
 * take the command out of the process group that a timeout ends.
 */
export function bubblewrapArguments(plan: SandboxPlan): string[] {
  const flags = [
    '--die-with-parent',
    '--unshare-ipc',
    '--unshare-uts',
    '--unshare-cgroup-try',
    ...(plan.sharesProcesses ? ['--seccomp', String(FILTER_FD)] : ['--unshare-pid']),
    ...(plan.isRoot ? [] : ['--unshare-user']),
    ...(plan.hasNetwork ? [] : ['--unshare-net']),
    '--cap-drop',
    'ALL',
    '--json-status-fd',
    String(STATUS_FD),
  ];
  const hidesRun = !plan.seesRun;
  return [
    ...flags,
    ...['--ro-bind', '/', '/'],
    ...['--dev', '/dev'],
    ...both('--dev-bind', plan.devices),
    ...(plan.hasOwnProc ? ['--proc', '/proc'] : []),
    ...(hidesRun ? ['--tmpfs', '/run', ...both('--ro-bind', plan.shownInRun)] : []),
    ...both('--bind', plan.writable),
    ...both('--ro-bind', plan.guarded),
    ...plan.hiddenFolders.flatMap((path) => ['--tmpfs', path]),
    ...plan.hiddenFiles.flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...both('--ro-bind', plan.shown),
    ...plan.hiddenFolders.flatMap((path) => ['--remount-ro', path]),
    ...(hidesRun ? ['--remount-ro', '/run'] : []),
    ...['--setenv', 'TMPDIR', SCRATCH],
    ...['--chdir', plan.cwd],
  ];
}

function both(flag: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => [flag, path, path]);
}
