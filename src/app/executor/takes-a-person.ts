/**
 * What decides who may do what, or is run by root later: whoever can change it alone is root for good. It takes a person
 * however far `executor_autonomy` reaches. Floors of policy refuse some of it to everybody.
 */
export function whyPerson(paths: readonly string[], commands: readonly (readonly string[])[]): string | null {
  const path = paths.find((written) => PLACES.some((place) => place.test(written)));
  if (path !== undefined) return `${path} decides who may do what, or what root runs`;
  const command = commands.find(([program = '']) => PROGRAMS.has(program.split('/').at(-1) ?? ''));
  return command === undefined ? null : `${command[0]} changes who may do what`;
}

const PLACES: readonly RegExp[] = [
  // Programs, libraries, kernels, and root's own.
  /^\/(usr|bin|sbin|lib\w*|boot|root|opt|nix)(\/|$)/,
  // Accounts, logins, privileges.
  /^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid|sudoers|doas|login|securetty|shells|nsswitch|pam|security|ssh|polkit)/,
  // What is started, loaded or sourced by others.
  /^\/etc\/(systemd|cron|anacron|profile|bash|zsh|environment|rc|init|udev|mod|ld\.so|dbus|apt|dnf|yum|dpkg|sysusers|tmpfiles|alternatives|logrotate|NetworkManager|network|fstab|crypttab|exports|nixos)/,
  /^\/(run|var\/lib)\/systemd\//,
  /^\/var\/spool\/(cron|at)/,
];

const PROGRAMS: ReadonlySet<string> = new Set([
  ...['useradd', 'userdel', 'usermod', 'adduser', 'deluser', 'groupadd', 'groupdel', 'groupmod', 'addgroup'],
  ...['gpasswd', 'passwd', 'chpasswd', 'newusers', 'vipw', 'vigr', 'visudo', 'chage', 'chsh', 'usermod'],
  ...[
    'chown',
    'chgrp',
    'chmod',
    'chattr',
    'setcap',
    'setfacl',
    'install',
    'ln',
    'mount',
    'insmod',
    'modprobe',
  ],
]);
