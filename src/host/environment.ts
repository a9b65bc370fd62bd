import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** In the order of NixOS: the system's own, then its setuid wrappers, then what other distributions have. */
export const TRUSTED_PATH: readonly string[] = [
  '/run/wrappers/bin',
  '/run/current-system/sw/bin',
  '/nix/var/nix/profiles/default/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

/** Absolute path of a program by its bare name, from folders that only root can write to. */
export function findProgram(program: string, trustedPath: readonly string[]): string | undefined {
  if (program === '' || program.includes('/')) return undefined;
  for (const folder of trustedPath) {
    const path = `${folder}/${program}`;
    if (isProgram(path)) return path;
  }
  return undefined;
}

export function isProgram(path: string): boolean {
  try {
    // Most folders of a search path do not have it: an answer there is cheaper than an error.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Hidden from us, or not for us: both are "not a program".
    return false;
  }
}

/** Values of variables that a program's spec names: from our own environment, or systemd's credential of that name. */
export function readCredentials(own: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = own[name] ?? readCredential(own.CREDENTIALS_DIRECTORY, name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function readCredential(folder: string | undefined, name: string): string | undefined {
  if (folder?.startsWith('/') !== true) return undefined;
  try {
    return readFileSync(join(folder, name), 'utf8').trimEnd();
  } catch {
    // Not given to us: the program says itself that it has no credential.
    return undefined;
  }
}

/** Kept from our own environment when set: who we are and which time zone people here mean. */
const KEPT = ['HOME', 'USER', 'LOGNAME', 'TZ', 'TMPDIR'] as const;

/**
 * Settings that would let the content of a repository start a program, or git wait for a person. They come last and
 * win over the repository's own: git-config(1), GIT_CONFIG_COUNT.
 */
const GIT_CONFIG: readonly (readonly [string, string])[] = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.pager', 'cat'],
  ['core.editor', 'false'],
  ['core.sshCommand', 'ssh -o BatchMode=yes'],
  ['gpg.program', 'false'],
  ['gpg.ssh.program', 'false'],
  ['gpg.x509.program', 'false'],
  ['protocol.ext.allow', 'never'],
  ['safe.bareRepository', 'explicit'],
  ['credential.helper', ''],
];

/**
 * The whole environment of every program that steward starts. Nothing is inherited but the names above: no LD_*, GIT_*,
 * BASH_* or NODE_OPTIONS, and no keys of model vendors. What a client needs besides, the wiring gives in `extra`.
 */
export function buildEnvironment(
  own: NodeJS.ProcessEnv,
  trustedPath: readonly string[],
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = KEPT.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]] as const]));
  return {
    HOME: '/',
    ...Object.fromEntries(kept),
    PATH: trustedPath.join(':'),
    // Alone: of C.UTF-8 only this differs from C, and each of the others costs a program some files to open.
    LC_CTYPE: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
    PAGER: 'cat',
    SYSTEMD_PAGER: '',
    SYSTEMD_COLORS: '0',
    SYSTEMD_URLIFY: '0',
    DEBIAN_FRONTEND: 'noninteractive',
    GIT_PAGER: 'cat',
    GIT_EDITOR: 'false',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // Each would start what the repository names: to ask for a password, to reach a server, to fetch what is not there.
    GIT_ASKPASS: '',
    GIT_PROXY_COMMAND: '',
    GIT_NO_LAZY_FETCH: '1',
    GIT_CONFIG_COUNT: String(GIT_CONFIG.length),
    ...Object.fromEntries(
      GIT_CONFIG.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
    ...extra,
  };
}
