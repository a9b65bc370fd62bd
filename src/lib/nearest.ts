/** The known name that a mistyped one most likely meant: for hints, never to act on. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  return nearestFew(name, known, 1, false)[0];
}

/** Up to `count` of them, the nearest first. `isPart` takes also those that hold the name, or are held by it. */
export function nearestFew(name: string, known: readonly string[], count: number, isPart = true): string[] {
  // A swapped pair of letters counts two.
  const limit = name.length < 4 ? 1 : Math.min(3, Math.max(2, Math.floor(name.length / 3)));
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= limit || (isPart && holds(candidate, name)))
    .sort((a, b) => a.distance - b.distance);
  return ranked.slice(0, count).map(({ candidate }) => candidate);
}

/** `web` and `web-1`; shorter parts are in everything. */
function holds(one: string, other: string): boolean {
  return (other.length >= 3 && one.includes(other)) || (one.length >= 3 && other.includes(one));
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
