import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** As large as no settings of a repository are. */
const MAX_BYTES = 1_000_000;
const MAX_SUBMODULES = 200;
const MAX_DEPTH = 4;

/**
 * Settings that make git start a program while it only reads, and that no setting of ours can take back because their
 * sections have names of their own. A key stands in git's file as it is: git-config(1) knows no escapes in it.
 */
const STARTS =
  /(?:^|[\s\]])(external|command|textconv|clean|smudge|process|uploadpack|receivepack|vcs|alternaterefscommand|lfs|whatchanged)[ \t]*=[ \t]*([^\n]*)/gim;
const INCLUDES = /\[\s*include(?:if)?\b/i;
/** What `git lfs install --local` writes; it runs what is installed here, on a file of the repository. */
const KNOWN = /^"?git-lfs (?:clean|smudge|filter-process)(?: --skip)?(?: (?:-- )?%f)?"?[ \t]*$/;
const WORK_TREE = /(?:^|[\s\]])worktree[ \t]*=[ \t]*(.*)$/im;

/**
 * Why git in this folder may start a program of the repository's own choosing, or read elsewhere; undefined: nothing in
 * its settings, nor in those of its submodules, does so, or there is no repository.
 */
export function programOfRepository(folder: string): string | undefined {
  const start = realPath(folder);
  if (start === undefined) return undefined;
  // Where git stops is git's to say: a folder of the work tree may look like a repository and be none.
  for (let place = start; ; place = dirname(place)) {
    for (const found of [linkedFolder(join(place, '.git')), place]) {
      const isRepository = found !== undefined && isThere(join(found, 'HEAD'));
      const why = isRepository ? inRepository(found, place) : undefined;
      if (why !== undefined) return why;
    }
    if (place === '/') return undefined;
  }
}

function inRepository(gitFolder: string, workTree: string): string | undefined {
  const common = firstLine(join(gitFolder, 'commondir'));
  const shared = common === undefined ? gitFolder : resolve(gitFolder, common);
  const files = [join(shared, 'config'), join(gitFolder, 'config.worktree')];
  for (const file of files) {
    const why = inFile(file, gitFolder);
    if (why !== undefined) return why;
  }
  return inSubmodules(join(shared, 'modules'), MAX_DEPTH, { left: MAX_SUBMODULES }) ?? embedded(workTree);
}

function inFile(file: string, gitFolder: string): string | undefined {
  const text = read(file);
  if (text === undefined) return isThere(file) ? `${file} cannot be read` : undefined;
  if (INCLUDES.test(text)) return `${file} takes settings from another file`;
  for (const [, key = '', value = ''] of text.matchAll(STARTS))
    if (!KNOWN.test(value)) return `${file} sets ${key}, which can name a program for git to start`;
  const elsewhere = WORK_TREE.exec(text)?.[1]?.trim();
  // Of a submodule it is where its work tree is, which says so itself.
  return elsewhere === undefined || isThere(join(resolve(gitFolder, elsewhere), '.git'))
    ? undefined
    : `${file} takes another folder for the work tree`;
}

/** git looks into them by itself, each with settings of its own. */
function inSubmodules(folder: string, depth: number, room: { left: number }): string | undefined {
  for (const name of foldersIn(folder)) {
    room.left -= 1;
    if (room.left < 0) return `${folder} holds more than can be looked through`;
    const inner = join(folder, name);
    const isRepository = isThere(join(inner, 'HEAD'));
    const why = isRepository
      ? (inFile(join(inner, 'config'), inner) ?? inSubmodules(join(inner, 'modules'), depth - 1, room))
      : depth > 0
        ? inSubmodules(inner, depth - 1, room)
        : undefined;
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Submodules that keep their repository within themselves. */
function embedded(workTree: string): string | undefined {
  const paths =
    read(join(workTree, '.gitmodules'))?.matchAll(/^\s*path[ \t]*=[ \t]*"?([^"\n]+?)"?[ \t]*$/gim) ?? [];
  for (const [, path = ''] of paths) {
    const folder = join(workTree, path, '.git');
    const why = isFolder(folder) ? inFile(join(folder, 'config'), folder) : undefined;
    if (why !== undefined) return why;
  }
  return undefined;
}

/** `.git` is a folder, a link to one, or a file that says where it is. */
function linkedFolder(path: string): string | undefined {
  if (isFolder(path)) return path;
  const said = /^gitdir: (.+)$/.exec(firstLine(path) ?? '')?.[1];
  return said === undefined ? undefined : resolve(dirname(path), said);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    // Below a file, or not for us.
    return false;
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() || entry.isSymbolicLink() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // Not there: git does not start there either.
    return undefined;
  }
}

function firstLine(path: string): string | undefined {
  return read(path)?.split('\n', 1)[0]?.trimEnd();
}

function read(path: string): string | undefined {
  try {
    const facts = statSync(path);
    // A pipe would hold us up for ever.
    return facts.isFile() && facts.size <= MAX_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Below a file, or not for us.
    return false;
  }
}
