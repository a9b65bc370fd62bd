/** How far apart two texts may drift before lines are shown as replaced instead of matched again. */
const LOOK_AHEAD = 60;

const CONTEXT_LINES = 2;

interface Line {
  sign: ' ' | '-' | '+';
  text: string;
  /** Of the old text, from 1; the place before which an added line stands. */
  at: number;
}

/**
 * What changed between two texts, for reading: at most `mostLines` lines in unified form, `@@ line N @@` before each
 * group. Not always the shortest diff.
 */
export function showDiff(before: string, after: string, mostLines: number): string {
  const lines = compareLines(before.split('\n'), after.split('\n'), mostLines * 4);
  const shown: string[] = [];
  let lastShown = -1;
  for (const [index, line] of lines.entries()) {
    if (!isNearChange(lines, index)) continue;
    if (lastShown !== index - 1 || index === 0) shown.push(`@@ line ${line.at} @@`);
    shown.push(`${line.sign}${line.text.replace(/\r$/, '')}`);
    lastShown = index;
    if (shown.length > mostLines)
      return [...shown.slice(0, mostLines - 1), '… more changes follow'].join('\n');
  }
  return shown.join('\n');
}

/** Stops after `mostChanged` changed lines and those that follow to the next change: nobody reads more of them. */
function compareLines(before: string[], after: string[], mostChanged: number): Line[] {
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  let changed = 0;
  while ((i < before.length || j < after.length) && changed <= mostChanged) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ sign: ' ', text: before[i] ?? '', at: i + 1 });
      i++;
      j++;
      continue;
    }
    const [removed, added] = nextMeeting(before, after, i, j);
    for (let n = 0; n < removed; n++, i++) lines.push({ sign: '-', text: before[i] ?? '', at: i + 1 });
    for (let n = 0; n < added; n++, j++) lines.push({ sign: '+', text: after[j] ?? '', at: i + 1 });
    changed += removed + added;
  }
  return lines;
}

/** How many lines go and come until both sides are the same again; at least one in all. */
function nextMeeting(before: string[], after: string[], i: number, j: number): [number, number] {
  const left = before.length - i;
  const right = after.length - j;
  for (let distance = 1; distance <= LOOK_AHEAD; distance++) {
    for (let removed = 0; removed <= distance; removed++) {
      const added = distance - removed;
      if (removed > left || added > right) continue;
      const isEnd = removed === left && added === right;
      if (isEnd || (removed < left && added < right && before[i + removed] === after[j + added])) {
        return [removed, added];
      }
    }
  }
  return [Math.min(left, LOOK_AHEAD), Math.min(right, LOOK_AHEAD)];
}

function isNearChange(lines: Line[], index: number): boolean {
  const from = Math.max(index - CONTEXT_LINES, 0);
  return lines.slice(from, index + CONTEXT_LINES + 1).some(({ sign }) => sign !== ' ');
}
