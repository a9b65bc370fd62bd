import { OpsError } from '../../lib/ops-error.ts';
import { formatBytes } from '../../lib/size.ts';
import type { OperatorNotes } from '../../prompt/index.ts';
import type { RunScope } from './open-run.ts';

export interface NotesScope {
  world: Pick<RunScope['world'], 'files' | 'cwd'>;
  gate: RunScope['gate'];
  recorder: Pick<RunScope['recorder'], 'record'>;
}

const NAMES = ['AGENTS.md', 'CLAUDE.md'];
/** Far above what a prompt has room for. */
const LIMIT_BYTES = 1024 * 1024;

/**
 * AGENTS.md of the working directory, else CLAUDE.md. Whoever wrote the repository put it there and it goes to a model,
 * so it is read as a model's own call would be: through the gate, where secrets are refused, and from below the folder
 * only. What is not to be read is left out, and told.
 */
export async function readNotes(scope: NotesScope): Promise<OperatorNotes | null> {
  for (const [index, name] of NAMES.entries()) {
    const path = `${scope.world.cwd}/${name}`;
    const found = await readOne(scope, path, `N${index + 1}`);
    if (found === undefined) continue;
    if ('text' in found) return { path, text: found.text };
    scope.recorder.record({
      type: 'notice.given',
      level: 'warning',
      text: `${path} is left out: ${found.problem}`,
    });
  }
  return null;
}

/** undefined: there is none. */
async function readOne(
  { world, gate }: NotesScope,
  path: string,
  step: string,
): Promise<{ text: string } | { problem: string } | undefined> {
  const { files, cwd } = world;
  try {
    const [folder, real] = await Promise.all([files.resolve(cwd, '/'), files.resolve(path, cwd)]);
    const facts = await files.facts(real);
    if (facts === undefined) return undefined;
    if (facts.kind !== 'file') return { problem: 'it is not a regular file' };
    if (!real.startsWith(folder === '/' ? '/' : `${folder}/`)) {
      return { problem: `it leads out of the folder, to ${real}` };
    }
    if (facts.sizeBytes > LIMIT_BYTES) return { problem: `it has more than ${formatBytes(LIMIT_BYTES)}` };
    const read = await gate.perform(
      { id: step, origin: 'look', action: { kind: 'read', path: real } },
      async (permit) => {
        const bytes = await files.read(permit, { limitBytes: LIMIT_BYTES });
        return { value: bytes, trace: { ok: true, summary: `${bytes.length} bytes` } };
      },
    );
    if (read.kind === 'refused') return { problem: read.reason };
    return { text: Buffer.from(read.value).toString('utf8') };
  } catch (error) {
    // A log that is full is no trouble of this file's, and ends the run.
    if (error instanceof OpsError && error.reason === 'tool') return { problem: error.message };
    throw error;
  }
}
