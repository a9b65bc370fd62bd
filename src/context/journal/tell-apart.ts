import type { JournalEntry } from './read-entries.ts';

/** syslog's `err`. Lines at it or worse may become findings. */
const ERROR_PRIORITY = 3;

/** Words that mean harm at any priority: most services print to stdout, which the journal files as `info`. */
const SEVERE = new RegExp(
  [
    'kernel panic|panic:|\\bBUG: |\\bOops\\b|segfault|general protection fault|soft lockup|hard lockup|hung[ _]task',
    'blocked for more than \\d+ seconds|out of memory|oom-kill|memory allocation failure',
    'I/O error|input/output error|no space left on device|read-only file ?system|remounting.*read-only',
    'uncorrect(?:ed|able)|hardware error|machine check|medium error|critical (?:target|medium) error',
    'corrupt(?:ed|ion)\\b|checksum (?:error|mismatch)|degradedarray|(?:array|pool|raid|mirror)\\b.*\\bdegraded|emergency mode',
    'certificate (?:has )?expired|too many open files|restart counter is at [5-9]|restart counter is at \\d\\d',
  ].join('|'),
  'i',
);

/**
 * Lines that are filed as errors and say nothing about this machine's health: the internet knocking on sshd, desktop
 * programs, hardware that is not there. Each is [identifier, message].
 */
const NOISE: readonly [RegExp, RegExp][] = [
  [
    /^sshd(-session)?$/,
    /kex_exchange_identification|kex_protocol_error|banner exchange|Connection (?:reset|closed)|Timeout before authentication|maximum authentication attempts|Unable to negotiate|Bad protocol version|invalid (?:format|user)|Protocol major versions differ|ssh_dispatch_run_fatal|Read from socket failed|userauth_pubkey|PAM/i,
  ],
  [/^(sudo|su|login|cron|CRON)$/, /pam_unix|authentication failure|incorrect password/i],
  [
    /^kernel$/,
    /ACPI (?:BIOS )?(?:Error|Warning)|Firmware Bug|firmware: failed to load|Bluetooth: hci|x86\/cpu: SGX disabled|RAS: Correctable/i,
  ],
  [/^(gnome-|gdm|pipewire|wireplumber|pulseaudio|xdg-|dbus-|kwin|plasma|tracker|evolution)/, /./],
  // Our own reports quote what was found: read as news, they would be found again for ever.
  [/^steward/, /./],
  [/^systemd-journald$/, /corrupted or uncleanly shut down/],
  // What ends in a failed unit is found there, with its result and its since.
  [
    /^systemd$/,
    /^Failed to start |: Failed with result |^Dependency failed for |: Main process exited|: Control process exited/,
  ],
];

/** May a line like this become a finding at all? */
export function isSerious(entry: JournalEntry): boolean {
  if (entry.priority > ERROR_PRIORITY && !SEVERE.test(entry.message)) return false;
  return !NOISE.some(
    ([identifier, message]) => identifier.test(entry.identifier) && message.test(entry.message),
  );
}
