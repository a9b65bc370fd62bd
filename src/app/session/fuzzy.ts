/**
 * How well what was typed fits a name; 0: not at all. Whole names before beginnings, beginnings of the last part of a path
 * before words inside, and all of them before letters that only stand in this order. Case does not matter.
 */
export function fuzzyScore(query: string, name: string): number {
  if (query === '') return 1;
  const [wanted, whole] = [query.toLowerCase(), name.toLowerCase()];
  const last = whole.slice(whole.lastIndexOf('/', whole.length - 2) + 1);
  // Of two that fit alike the shorter one was meant.
  const brevity = 1 / (1 + whole.length);
  if (whole === wanted || last === wanted) return 7 + brevity;
  if (last.startsWith(wanted)) return 6 + brevity;
  if (whole.startsWith(wanted)) return 5 + brevity;
  if (last.includes(wanted)) return 4 + brevity;
  if (whole.includes(wanted)) return 3 + brevity;
  if (isInOrder(wanted, last)) return 2 + brevity;
  return isInOrder(wanted, whole) ? 1 + brevity : 0;
}

function isInOrder(letters: string, text: string): boolean {
  let at = -1;
  for (const letter of letters) {
    at = text.indexOf(letter, at + 1);
    if (at === -1) return false;
  }
  return true;
}

/** The best first; those that fit alike stay in their order. */
export function fuzzyPick<T>(
  query: string,
  all: readonly T[],
  nameOf: (one: T) => string,
  limit: number,
): T[] {
  const scored = all.flatMap((one) => {
    const score = fuzzyScore(query, nameOf(one));
    return score === 0 ? [] : [{ one, score }];
  });
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ one }) => one);
}
