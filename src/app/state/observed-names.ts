import { STATE_SECTIONS } from '../../protocol/state-file.ts';
import type { World } from '../world.ts';

/** Is there a state to be asked? Where there is none, none of this is loaded. */
export function hasState({ store, operatorFiles }: World): boolean {
  const path = store.kind === 'disk' ? store.pathOf('state/state.json') : undefined;
  return path !== undefined && operatorFiles.exists(path);
}

/** Names of things that sources have seen, for whoever asks whether a name exists. */
export async function observedNames(world: World): Promise<string[]> {
  if (!hasState(world)) return [];
  const { readKnown } = await import('./known-state.ts');
  const { state, condition } = await readKnown(world);
  // What somebody wrote into the file by hand was seen by nobody.
  if (state === null || (condition !== 'sound' && condition !== 'healed')) return [];
  return STATE_SECTIONS.filter((section) => section !== 'alerts').flatMap((section) =>
    state[section].flatMap(({ name, id, addresses, host }) => [
      name,
      id,
      ...addresses,
      ...(host === null ? [] : [host]),
    ]),
  );
}
