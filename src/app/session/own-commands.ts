import { configFolder } from '../../config/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { printable } from '../../lib/printable.ts';
import { parseYaml } from '../../lib/yaml-file.ts';
import type { OwnSlashCommand } from '../client.ts';
import type { World } from '../world.ts';
import type { Session } from './session.ts';

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/i;
const DESCRIPTION_LENGTH = 120;

/**
 * Markdown files of `commands/`: the system's, the user's, the project's. A project can add names, never take one that
 * an operator uses; a file that is wrong is told, and the others still there.
 */
export async function listOwnCommands(session: Session): Promise<OwnSlashCommand[]> {
  const world = await session.world();
  const commands = new Map<string, OwnSlashCommand>();
  for (const { folder, isProject } of foldersOf(world)) {
    for (const file of await world.operatorFiles.list(folder)) {
      const name = file.endsWith('.md') ? file.slice(0, -'.md'.length) : '';
      if (!NAME.test(name) || (isProject && commands.has(name))) continue;
      try {
        const command = await readCommand(world, `${folder}/${file}`, name, isProject);
        if (command !== null) commands.set(name, command);
      } catch (error) {
        if (!(error instanceof OpsError)) throw error;
        session.trouble(error);
      }
    }
  }
  const sorted = [...commands.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return world.masker.maskValue(sorted) as OwnSlashCommand[];
}

function foldersOf({ env, home, cwd }: World): { folder: string; isProject: boolean }[] {
  return [
    { folder: '/etc/steward/commands', isProject: false },
    { folder: `${configFolder(env, home)}/commands`, isProject: false },
    { folder: `${home}/.steward/commands`, isProject: false },
    ...(cwd === home ? [] : [{ folder: `${cwd}/.steward/commands`, isProject: true }]),
  ];
}

async function readCommand(
  world: World,
  path: string,
  name: string,
  isProject: boolean,
): Promise<OwnSlashCommand | null> {
  if (isProject && (await leadsOut(world, path))) return null;
  const file = await world.operatorFiles.readText(path);
  if (file === undefined) return null;
  const { front, body } = split(file);
  const text = printable(body).trim();
  if (text === '') return null;
  const given = front === null ? null : await describe(path, front);
  const described = printable(given ?? text.split('\n', 1)[0] ?? '').trim();
  const description = described.replace(/^#+\s*/, '');
  return {
    name,
    description:
      description.length > DESCRIPTION_LENGTH
        ? `${description.slice(0, DESCRIPTION_LENGTH - 1)}…`
        : description,
    // The operator types the name; the words are those of whoever wrote the repository.
    text: isProject ? `${text}\n\n(The words of ${path}, a file of this project.)` : text,
    source: path,
  };
}

/** A link in a repository could name any file of the operator's. */
async function leadsOut({ files, cwd }: World, path: string): Promise<boolean> {
  const [folder, real] = await Promise.all([files.resolve(cwd, '/'), files.resolve(path, cwd)]);
  return !real.startsWith(`${folder}/`);
}

function split(text: string): { front: string | null; body: string } {
  const found = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text);
  return found === null
    ? { front: null, body: text }
    : { front: found[1] ?? '', body: text.slice(found[0].length) };
}

/** Keys of other agents' commands are passed over. */
async function describe(path: string, front: string): Promise<string | null> {
  const { value } = await parseYaml(path, front, 2);
  const description = (value as { description?: unknown } | null)?.description;
  return typeof description === 'string' ? description : null;
}
