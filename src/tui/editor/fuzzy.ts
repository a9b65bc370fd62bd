/** Where the letters of a query stand in a name, in order; null when they do not. Case does not count. */
export function matchLetters(query: string, name: string): number[] | null {
  const wanted = query.toLowerCase();
  const within = name.toLowerCase();
  const whole = within.indexOf(wanted);
  if (whole !== -1) return Array.from(wanted, (_, index) => whole + index);
  let end = -1;
  for (const letter of wanted) {
    end = within.indexOf(letter, end + 1);
    if (end === -1) return null;
  }
  // From the end backwards they stand closer together.
  const found: number[] = [];
  for (const letter of Array.from(wanted).reverse()) {
    found.unshift(within.lastIndexOf(letter, end));
    end = (found[0] ?? 0) - 1;
  }
  return found;
}

/**
 * Names that match, best first: at the start, then as a whole, then letter by letter; else in the order given. Those
 * that match letter by letter are left out when others match as a whole.
 */
export function rankNames<T>(
  query: string,
  entries: readonly T[],
  namesOf: (entry: T) => readonly string[],
): T[] {
  const scored = entries
    .map((entry, index) => ({
      entry,
      index,
      score: Math.min(...namesOf(entry).map((name) => score(query, name))),
    }))
    .filter((one) => one.score < Infinity)
    .sort((a, b) => a.score - b.score || a.index - b.index);
  const isWhole = (scored[0]?.score ?? SCATTERED) < SCATTERED;
  return scored.filter((one) => !isWhole || one.score < SCATTERED).map(({ entry }) => entry);
}

const SCATTERED = 1000;

function score(query: string, name: string): number {
  const found = matchLetters(query, name);
  if (found === null) return Infinity;
  if (query.length === name.length) return 0;
  const first = found[0] ?? 0;
  const spread = (found.at(-1) ?? first) - first - found.length + 1;
  return spread > 0 ? SCATTERED + spread + first : first === 0 ? 1 : 100 + first;
}
