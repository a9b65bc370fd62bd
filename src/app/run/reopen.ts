import { noteAsked, reopenFindings } from '../../context/index.ts';
import { type Finding, isForModel } from '../../protocol/finding.ts';
import type { Reason } from '../../protocol/outcome.ts';
import { updateHistory } from '../stored.ts';
import type { World } from '../world.ts';
import type { Talk } from './converse.ts';

/** A limit is not among them: it was reached by looking. */
const UNHEARD: readonly Reason[] = [
  'try-later',
  'login',
  'money',
  'broken-reply',
  'interrupted',
  'terminated',
  'halted',
];

/** Could the model not be had, or was it cut off? */
function isUnheard({ end }: Talk): boolean {
  return end.stop !== null && UNHEARD.includes(end.stop.reason);
}

/**
 * Keeps who looked into the findings that opened the gate. A model: they wait for their cooldown. Nobody, because it was
 * cut off: the next run tells them anew. The rules alone: they were told, and the first run that can ask a model does.
 */
export async function rememberLook(
  { store, clock }: World,
  findings: readonly Finding[],
  talk: Talk,
  isRulesOnly: boolean,
): Promise<void> {
  if (isUnheard(talk)) {
    const keys = findings.filter(({ isOpen }) => isOpen).map(({ key }) => key);
    if (keys.length > 0) await updateHistory(store, (history) => reopenFindings(history, keys));
  } else if (!isRulesOnly) {
    const keys = findings.filter(isForModel).map(({ key }) => key);
    if (keys.length > 0) await updateHistory(store, (history) => noteAsked(history, keys, clock.now()));
  }
}
