import type { Action } from '../../protocol/action.ts';
import type { Judgement } from '../../protocol/verdict.ts';
import type { World } from '../world.ts';
import { userNotes } from './note-places.ts';

/** As whose change a proposed note waits: nobody but steward itself writes this. */
export const NOTE_SOURCE = 'a note that the model proposed';

/**
 * Notes are steward's own files, which no model may write. The one exception: a new note, right in the user's folder, in a
 * change of this source, which a person has to approve.
 */
export function lettingNote(
  world: World,
  judge: (action: Action) => Promise<Judgement>,
): (action: Action) => Promise<Judgement> {
  const folder = `${userNotes(world)}/`;
  return async (action) => {
    const judgement = await judge(action);
    const isWrite = action.kind === 'write' || action.kind === 'remove';
    if (!isWrite || judgement.rule !== 'floor:steward-file') return judgement;
    const isNote = action.path.startsWith(folder) && /^[\w.-]+\.md$/.test(action.path.slice(folder.length));
    // Over one that is there it stays forbidden; taking a new one back is the way back.
    const isNew = action.kind === 'remove' || action.expects === null;
    if (!isNote || !isNew) return judgement;
    return {
      ...judgement,
      verdict: 'ask',
      effect: 'reversible',
      rule: 'path:write',
      reason: 'a note is kept only when a person says yes',
    };
  };
}
