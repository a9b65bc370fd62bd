import { basename } from 'node:path';
import type { Precondition } from '../protocol/change.ts';

/**
 * What would make a change last that edits files of a repository: a live edit there is gone with the next deployment. One
 * line for each folder; nothing where no file is in a work tree.
 */
export function lastingFix(title: string, preconditions: readonly Precondition[]): string[] {
  return preconditions.flatMap(({ kind, name: folder }) => {
    if (kind !== 'git-commit') return [];
    const files = preconditions.flatMap(({ kind: other, name }) =>
      other === 'file' && name === `${folder}/${basename(name)}` ? [basename(name)] : [],
    );
    const git = `git -C ${quote(folder)}`;
    return [
      `${git} switch -c ${branchFor(title)} && ${git} commit -m ${quote(title)} -- ${files.map(quote).join(' ')}`,
    ];
  });
}

/** The commit that a change becomes by itself, for whoever answers: where, on top of what, with which files. */
export function ownCommit(
  { branch, message }: { branch: string; message: string },
  preconditions: readonly Precondition[],
): string[] {
  const folders = preconditions.filter(({ kind }) => kind === 'git-commit');
  const files = preconditions.flatMap(({ kind, name }) =>
    kind === 'file' && folders.some((folder) => name === `${folder.name}/${basename(name)}`) ? [name] : [],
  );
  const parent = folders[0]?.value?.slice(0, 12) ?? 'what is checked out';
  return [
    `on the new branch ${branch}, on top of ${parent}; nothing is checked out or pushed`,
    `its message: ${message.trim().replaceAll('\n', '\n  ')}`,
    `its files: ${files.join(', ')}`,
  ];
}

/** `steward/serve-on-8080` */
export function branchFor(title: string): string {
  const words = title.toLowerCase().match(/[a-z0-9]+/g) ?? ['change'];
  return `steward/${words.join('-').slice(0, 60).replace(/-+$/, '')}`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
