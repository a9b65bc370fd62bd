import { readChange } from '../../changes/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Change } from '../../protocol/change.ts';
import type { World } from '../world.ts';

/** An operator's file. OpsError `input` when it is not there or not a change. */
export async function loadChange(world: World, file: string): Promise<Change> {
  const text = await world.operatorFiles.readText(file);
  if (text === undefined) {
    throw new OpsError('no-change', 'input', `there is no file ${file}`, {
      hint: 'docs/changes.md shows what is in one',
    });
  }
  return readChange(file, text);
}
