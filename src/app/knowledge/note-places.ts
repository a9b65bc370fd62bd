import { configFolder } from '../../config/index.ts';
import type { NoteFolder } from '../../knowledge/index.ts';
import type { World } from '../world.ts';

/** Where notes are, the weakest first. What steward proposes goes into the user's own. */
export function noteFolders(world: World): NoteFolder[] {
  const { env, home, cwd, settings } = world;
  const folders: NoteFolder[] = [
    { folder: `${cwd}/.steward/knowledge`, scope: 'project' },
    ...settings.knowledge.dirs.map((folder): NoteFolder => ({ folder, scope: 'user' })),
    { folder: userNotes({ env, home }), scope: 'user' },
    { folder: '/etc/steward/knowledge', scope: 'system' },
  ];
  // The home is a project of its own where somebody works in it.
  return folders.filter(
    ({ folder }, index) => folders.findIndex((other) => other.folder === folder) === index,
  );
}

export function userNotes({ env, home }: Pick<World, 'env' | 'home'>): string {
  return `${configFolder(env, home)}/knowledge`;
}

export function hasNotes(world: World): boolean {
  return noteFolders(world).some(({ folder }) => world.operatorFiles.exists(folder));
}
