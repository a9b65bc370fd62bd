import { posix } from 'node:path';
import { escapePattern, mayMatchBelow, mayMatchBoth, type PathPattern, split } from './glob.ts';
import type { World } from './policy-options.ts';
import { asks, denied, type Ruling } from './ruling.ts';
import type { SecretPaths } from './secret-paths.ts';

/**
 * `read`: its content. `certificate`: no more of it than the certificates in it. `place`: names and attributes. `tree`: the content of everything below. `write`: made, changed
 * or deleted. `around`: given to what may change or copy everything below it. `folder`: become the working directory.
 */
export type PathUse = 'read' | 'certificate' | 'place' | 'tree' | 'write' | 'around' | 'folder';

export interface PathFloor {
  home: string;
  /** steward's own state folder. */
  stateLocation: string;
  secrets: SecretPaths;
  /** The operator's rules against reading and against writing. */
  readRules: readonly PathRule[];
  writeRules: readonly PathRule[];
}

export interface PathRule {
  pattern: PathPattern;
  rule: { text: string };
}

/** Judges paths, by what they say and by what the host found behind them. */
export interface PathJudge {
  /** Absolute paths, not normalised, that the host should resolve before judging. */
  wanted: Set<string>;
  /** undefined: nothing against it. `isPattern`: the path holds shell patterns. */
  check(path: string, cwds: readonly string[], use: PathUse, isPattern?: boolean): Ruling | undefined;
  /** Why a program that the repository of one of these folders names may be started; undefined: none is. */
  programOf(folders: readonly string[]): string | undefined;
}

export function createPathJudge(
  floor: PathFloor,
  { resolved, programOfRepository }: Pick<World, 'resolved' | 'programOfRepository'>,
): PathJudge {
  const wanted = new Set<string>();
  return {
    wanted,
    check(path, cwds, use, isPattern = false) {
      for (const cwd of path.startsWith('/') ? ['/'] : cwds) {
        const raw = path.startsWith('/') ? path : `${isPattern ? escapePattern(cwd) : cwd}/${path}`;
        // Of a pattern that only names things, the folder says where it looks.
        const isNaming = isPattern && (use === 'place' || use === 'folder');
        const found = isNaming ? folderOf(raw) : raw;
        for (const candidate of candidates(found, isPattern && !isNaming, wanted, resolved)) {
          const ruling = checkAbsolute(floor, candidate, use, isPattern && !isNaming);
          if (ruling !== undefined) return ruling;
        }
      }
      return undefined;
    },
    programOf(folders) {
      for (const folder of folders) {
        wanted.add(folder);
        const why = programOfRepository?.(folder);
        if (why !== undefined) return why;
      }
      return undefined;
    },
  };
}

/** What the text says, and what stands behind it; of a pattern, behind its part before the first special. */
function candidates(
  raw: string,
  isPattern: boolean,
  wanted: Set<string>,
  resolved: ReadonlyMap<string, string>,
): string[] {
  const lexical = normalise(raw);
  if (!isPattern) {
    wanted.add(raw);
    wanted.add(lexical);
    return [lexical, resolved.get(raw), resolved.get(lexical)].filter((path) => path !== undefined);
  }
  const folder = folderOf(raw);
  wanted.add(folder);
  const behind = resolved.get(folder);
  return behind === undefined
    ? [lexical]
    : [lexical, normalise(`${escapePattern(behind)}${raw.slice(lastPlainSlash(raw))}`)];
}

/** The folder before the first special character of a pattern, as a plain path. */
function folderOf(pattern: string): string {
  return pattern.slice(0, lastPlainSlash(pattern)).replaceAll(/\\(.)/g, '$1') || '/';
}

function lastPlainSlash(pattern: string): number {
  const special = /(?<!\\)(?:\\\\)*[*?[]/.exec(pattern)?.index ?? pattern.length;
  return pattern.lastIndexOf('/', special);
}

export function normalise(path: string): string {
  const normal = posix.normalize(path).replace(/^\/\//, '/');
  return normal.length > 1 ? normal.replace(/\/+$/, '') : normal;
}

function checkAbsolute(floor: PathFloor, path: string, use: PathUse, isPattern: boolean): Ruling | undefined {
  const isCertificate = use === 'certificate' && !isPattern && floor.secrets.mayBeCertificate(path);
  if (!isCertificate && floor.secrets.matches(path, isPattern)) {
    if (isPattern) return asks('secret-pattern', `the pattern ${path} could match a file that holds secrets`);
    if (use === 'place' || use === 'folder') {
      return asks('secret-place', `${path} is where secrets are kept`, 'observe');
    }
    return denied('floor:secret-file', `${path} holds secrets, which are never read or written`);
  }
  const rule = ruleAgainst(floor, path, use, isPattern);
  if (rule !== undefined) return denied(`rule:${rule}`, `the rule ${rule} denies it`);
  switch (use) {
    case 'place':
    case 'folder':
      return undefined;
    case 'read':
    case 'certificate':
      return checkDevice(path, isPattern, READABLE_DEVICES);
    case 'tree':
      if (floor.secrets.contains(path, isPattern)) {
        return asks('secret-tree', `secrets are kept below ${path}; name a narrower folder`);
      }
      return checkDevice(path, isPattern, READABLE_DEVICES);
    case 'write':
      return checkWrite(floor, path, isPattern);
    case 'around':
      return checkAround(floor, path, isPattern);
  }
}

function ruleAgainst(floor: PathFloor, path: string, use: PathUse, isPattern: boolean): string | undefined {
  const reads = use === 'read' || use === 'certificate' || use === 'tree';
  const rules = use === 'write' ? floor.writeRules : reads ? floor.readRules : [];
  if (rules.length === 0) return undefined;
  const components = split(isPattern ? path : escapePattern(path));
  return rules.find(
    ({ pattern }) =>
      mayMatchBoth(components, pattern) || (use === 'tree' && mayMatchBelow(components, pattern)),
  )?.rule.text;
}

/** The name that bash gives to `<( … )`, whose commands are judged by themselves. */
export const PROCESS_SUBSTITUTION = '/dev/fd/63';
const READABLE_DEVICES = ['/dev/null', '/dev/stdin', '/dev/fd/0', '/dev/kmsg', PROCESS_SUBSTITUTION];
const WRITABLE_DEVICES = ['/dev/null'];

/** Also keeps out bash's own /dev/tcp and gawk's /inet. */
function checkDevice(path: string, isPattern: boolean, known: string[]): Ruling | undefined {
  if (!/^\/(?:dev|inet[46]?)(?:\/|$)/.test(path) || (!isPattern && known.includes(path))) return undefined;
  return denied('floor:device', `${path} is a device`, 'irreversible');
}

function checkWrite(floor: PathFloor, path: string, isPattern: boolean): Ruling | undefined {
  const device = checkDevice(path, isPattern, WRITABLE_DEVICES);
  if (device !== undefined) return device;
  if (/^\/(?:proc|sys|boot)(?:\/|$)/.test(path)) {
    return denied('floor:kernel', `${path} belongs to the kernel or to the boot`, 'irreversible');
  }
  if (isStewardPath(floor, path)) {
    return denied('floor:steward-file', `${path} is steward's own: its settings, its log or its policy`);
  }
  if (isGuarded(path)) {
    return asks('path:guarded', `${path} decides what runs later (git's own files, start-up files, units)`);
  }
  return undefined;
}

function checkAround(floor: PathFloor, path: string, isPattern: boolean): Ruling | undefined {
  const own = [floor.stateLocation, '/etc/steward', '/var/lib/steward', `${floor.home}/.config/steward`];
  if (own.some((place) => isAtOrBelow(place, path))) {
    return asks('floor:steward-file', `steward's own files are below ${path}`);
  }
  if (floor.secrets.contains(path, isPattern)) {
    return asks('floor:secret-file', `secrets are kept below ${path}`);
  }
  return undefined;
}

const START_UP =
  /(?:^|\/)\.(?:bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|zshrc|zprofile|zshenv|zlogin|kshrc|inputrc|xprofile|xinitrc|xsessionrc|pam_environment|gitconfig|gitmodules|psqlrc|curlrc|wgetrc|vimrc|tmux\.conf|screenrc)$/;
const RUNS_LATER =
  /^\/(?:etc\/(?:systemd|cron|anacron|at\.|sudoers|doas|profile|bash|zsh|environment|ld\.so|pam|security|ssh|udev|init|rc|modprobe|modules|dbus-1|polkit|apt\/apt\.conf|NetworkManager\/dispatcher|network\/if-|logrotate|binfmt|tmpfiles|update-motd|alternatives)|var\/spool\/(?:cron|at)|usr|bin|sbin|lib|nix|run\/systemd)/;

/** Files that make something else run. */
function isGuarded(path: string): boolean {
  return (
    /(?:^|\/)\.git(?:\/|$)/.test(path) ||
    START_UP.test(path) ||
    /(?:^|\/)(?:\.claude|\.vscode|\.idea|\.husky|\.direnv)(?:\/|$)/.test(path) ||
    /\/\.config\/(?:systemd|autostart|fish|environment\.d)(?:\/|$)/.test(path) ||
    /\/(?:\.local\/)?bin\//.test(path) ||
    RUNS_LATER.test(path)
  );
}

/** Settings, policy, goals, log and approvals: what a model could change to be allowed more. */
export function isStewardPath(floor: PathFloor, path: string): boolean {
  return (
    isAtOrBelow(path, floor.stateLocation) ||
    isAtOrBelow(path, '/etc/steward') ||
    isAtOrBelow(path, '/var/lib/steward') ||
    /(?:^|\/)(?:\.steward|steward\.ya?ml)(?:\/|$)/.test(path) ||
    /\/(?:\.config|\.local\/state|\.local\/share)\/steward(?:\/|$)/.test(path) ||
    // Its units, wherever systemd looks for them.
    /\/systemd\/(?:system|user)[^/]*\/(?:[^/]+\.(?:wants|requires|upholds)\/)?steward[^/]*(?:\/|$)/.test(path)
  );
}

export function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
