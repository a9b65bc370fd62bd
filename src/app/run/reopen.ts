import { reopenFindings } from '../../context/index.ts';
import type { Finding } from '../../protocol/finding.ts';
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
export function isUnheard({ end }: Talk): boolean {
  return end.stop !== null && UNHEARD.includes(end.stop.reason);
}

/** Nobody looked into what opened the gate, so the next run does not wait for its cooldown. */
export async function reopen({ store }: World, findings: readonly Finding[]): Promise<void> {
  const keys = findings.filter(({ isOpen }) => isOpen).map(({ key }) => key);
  if (keys.length > 0) await updateHistory(store, (history) => reopenFindings(history, keys));
}
