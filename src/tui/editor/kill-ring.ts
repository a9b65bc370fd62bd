/** What was cut out, newest first. */
export type KillRing = readonly string[];

const MOST = 60;

/** Cuts in a row make one text: `joins` says at which end of the newest. */
export function kill(ring: KillRing, removed: string, joins: 'before' | 'after' | null): KillRing {
  if (removed === '') return ring;
  const [newest = '', ...older] = ring;
  if (joins === null) return [removed, ...ring].slice(0, MOST);
  return [joins === 'before' ? removed + newest : newest + removed, ...older];
}
