import type { PlanProblem } from '../../changes/index.ts';
import { isWritable } from '../../host/index.ts';
import type { Action } from '../../protocol/action.ts';
import { EFFECTS } from '../../protocol/effect.ts';
import type { Judgement } from '../../protocol/verdict.ts';

/** Programs that change what belongs to the system: without root they ask for a password, or fail half-way. */
const SYSTEM_PROGRAMS: ReadonlySet<string> = new Set([
  ...['sudo', 'doas', 'run0', 'pkexec'],
  ...['systemctl', 'systemd-tmpfiles', 'systemd-sysusers', 'loginctl', 'hostnamectl', 'timedatectl'],
  ...['networkctl', 'resolvectl', 'netplan', 'ip', 'nft', 'iptables', 'ip6tables', 'ufw', 'firewall-cmd'],
  ...[
    'mount',
    'umount',
    'swapon',
    'swapoff',
    'fstrim',
    'mkfs',
    'zfs',
    'zpool',
    'btrfs',
    'lvresize',
    'lvextend',
  ],
  ...['apt', 'apt-get', 'dpkg', 'dnf', 'yum', 'rpm', 'pacman', 'zypper', 'apk', 'snap', 'nixos-rebuild'],
  ...[
    'sysctl',
    'modprobe',
    'rmmod',
    'udevadm',
    'useradd',
    'userdel',
    'usermod',
    'groupadd',
    'chown',
    'passwd',
  ],
  ...['service', 'update-rc.d', 'exportfs', 'nginx', 'sshd', 'reboot', 'shutdown', 'poweroff'],
]);

/** Does a step need more rights than we have: a file that we may not write, a program that changes the system? */
export async function needsRoot(
  actions: readonly Action[],
  judge: (action: Action) => Promise<Judgement>,
): Promise<boolean> {
  for (const action of actions) {
    if (action.kind === 'write' || action.kind === 'remove') {
      if (!isWritable(action.path)) return true;
      continue;
    }
    const { effect, commands = [] } = await judge(action);
    if (effect === EFFECTS[0]) continue;
    const isOfSystem = commands.some(
      ([program = '', ...rest]) =>
        SYSTEM_PROGRAMS.has(program.split('/').at(-1) ?? '') && !rest.includes('--user'),
    );
    if (isOfSystem) return true;
  }
  return false;
}

/** Nothing else stands against it than that we may not read what root may. */
export function isOnlyUnreadable(problems: readonly PlanProblem[]): boolean {
  return problems.every(({ code }) => code === 'unreadable');
}
