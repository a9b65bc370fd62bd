import { capLine } from '../lib/cap.ts';

/** Arithmetic of a prompt that must not grow over its budget. All in bytes of UTF-8. */

export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

/**
 * Divides room among needs: nobody gets more than needed, what the small leave goes to the large, and the sum never
 * passes `room`.
 */
export function shareRoom(needs: readonly number[], room: number): number[] {
  const shares = needs.map(() => 0);
  const order = needs.map((_, index) => index).sort((a, b) => (needs[a] ?? 0) - (needs[b] ?? 0) || a - b);
  let left = Math.max(0, room);
  for (const [position, index] of order.entries()) {
    const share = Math.min(needs[index] ?? 0, Math.floor(left / (order.length - position)));
    shares[index] = share;
    left -= share;
  }
  return shares;
}

/** The lines that fit, and a last one that says how many did not. Empty when not even that fits. */
export function fitLines(
  lines: readonly string[],
  room: number,
  describeRest: (count: number) => string,
): string[] {
  const total = lines.reduce((sum, line) => sum + bytesOf(line) + 1, 0);
  if (total <= room) return [...lines];
  const kept: string[] = [];
  // The count only shrinks from here, so its line does not get longer.
  let left = room - bytesOf(describeRest(lines.length)) - 1;
  if (left < 0) return [];
  for (const line of lines) {
    left -= bytesOf(line) + 1;
    if (left < 0) break;
    kept.push(line);
  }
  return [...kept, describeRest(lines.length - kept.length)];
}

/** Text from outside as a part of a line: no line ends or control characters, at most `limit` characters. */
export function asLine(text: string, limit: number): string {
  const line = text.replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return capLine(line.toWellFormed(), limit);
}
