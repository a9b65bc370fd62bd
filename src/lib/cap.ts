import type { Captured } from '../protocol/machine.ts';

/**
 * Long output is kept as its head and its tail with one line between them that says how much is missing. Cuts fall on
 * line ends where there are any near, so that a secret or a word is not halved. Results are valid UTF-8 and, cut line
 * included, never longer than the limit.
 */

/** Smaller limits count as this: below it there is no room for head, cut line and tail. */
export const SMALLEST_LIMIT_BYTES = 256;

/** Room for the cut line with a 16 digit count and the line ends around it. */
const CUT_LINE_BYTES = 64;

/** Collects a stream in bounded memory, whatever its length. */
export interface Capture {
  push(chunk: Uint8Array): void;
  /** What was kept of all that was pushed so far. */
  finish(): Captured;
}

export function createCapture(limitBytes: number): Capture {
  const limit = Math.max(limitBytes, SMALLEST_LIMIT_BYTES);
  const headLimit = limit >> 1;
  const tailLimit = limit - headLimit;
  const head: Uint8Array[] = [];
  let headBytes = 0;
  let totalBytes = 0;
  let ring: Buffer | undefined;
  let ringBytes = 0;

  function pushTail(chunk: Uint8Array): void {
    ring ??= Buffer.allocUnsafe(tailLimit);
    const kept = chunk.length > tailLimit ? chunk.subarray(chunk.length - tailLimit) : chunk;
    const at = (ringBytes + chunk.length - kept.length) % tailLimit;
    const first = Math.min(kept.length, tailLimit - at);
    ring.set(kept.subarray(0, first), at);
    ring.set(kept.subarray(first), 0);
    ringBytes += chunk.length;
  }

  function tail(): Uint8Array {
    if (ring === undefined) return new Uint8Array();
    if (ringBytes <= tailLimit) return ring.subarray(0, ringBytes);
    const at = ringBytes % tailLimit;
    return Buffer.concat([ring.subarray(at), ring.subarray(0, at)]);
  }

  return {
    push(chunk) {
      totalBytes += chunk.length;
      const room = headLimit - headBytes;
      if (room > 0) {
        // A copy: streams hand out views of pooled buffers, and a view would keep the whole pool alive.
        const part = Uint8Array.from(chunk.subarray(0, room));
        head.push(part);
        headBytes += part.length;
      }
      if (chunk.length > room) pushTail(chunk.subarray(Math.max(room, 0)));
    },
    finish() {
      const first = Buffer.concat(head);
      if (totalBytes > limit)
        return { text: join(first, tail(), totalBytes, limit), totalBytes, isTruncated: true };
      const text = decode(Buffer.concat([first, tail()]));
      // Bytes that are not UTF-8 grow when decoded.
      const capped = capText(text, limit);
      return { ...capped, totalBytes };
    },
  };
}

/** `totalBytes` is the length of the text before the cut, in UTF-8. */
export function capText(text: string, limitBytes: number): Captured {
  const limit = Math.max(limitBytes, SMALLEST_LIMIT_BYTES);
  const totalBytes = Buffer.byteLength(text);
  if (totalBytes <= limit) return { text: text.toWellFormed(), totalBytes, isTruncated: false };
  const bytes = Buffer.from(text);
  return { text: join(bytes, bytes, totalBytes, limit), totalBytes, isTruncated: true };
}

/** One line, at most `limit` characters; the end is cut, never half of a surrogate pair. */
export function capLine(line: string, limit: number): string {
  if (line.length <= limit) return line;
  return `${line.slice(0, Math.max(limit - 1, 0)).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function join(head: Uint8Array, tail: Uint8Array, totalBytes: number, limit: number): string {
  const room = limit - CUT_LINE_BYTES;
  let first = decode(trimHead(head.subarray(0, room >> 1)));
  let last = decode(trimTail(tail.subarray(Math.max(tail.length - (room - (room >> 1)), 0))));
  // Only bytes that are not UTF-8 make these too long: each became three.
  first = shorten(first, room >> 1, 'end');
  last = shorten(last, room - (room >> 1), 'start');
  const cut = Math.max(totalBytes - Buffer.byteLength(first) - Buffer.byteLength(last), 0);
  return `${first}${first.endsWith('\n') ? '' : '\n'}[… ${cut} bytes cut here …]\n${last}`;
}

/** Back to the last line end when it is in the second half, else to the last whole character. */
function trimHead(bytes: Uint8Array): Uint8Array {
  const newline = bytes.lastIndexOf(0x0a);
  if (newline >= bytes.length / 2) return bytes.subarray(0, newline + 1);
  let end = bytes.length;
  while (end > 0 && bytes.length - end < 4 && isContinuation(bytes[end - 1])) end--;
  const lead = bytes[end - 1] ?? 0;
  if (lead < 0xc0) return bytes;
  const needs = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  return bytes.length - (end - 1) >= needs ? bytes : bytes.subarray(0, end - 1);
}

/** On to the first line start when it is in the first half, else to the first whole character. */
function trimTail(bytes: Uint8Array): Uint8Array {
  const newline = bytes.indexOf(0x0a);
  if (newline >= 0 && newline < bytes.length / 2) return bytes.subarray(newline + 1);
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) start++;
  return bytes.subarray(start);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function shorten(text: string, limitBytes: number, end: 'start' | 'end'): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limitBytes) return text;
  return decode(
    end === 'end'
      ? trimHead(bytes.subarray(0, limitBytes))
      : trimTail(bytes.subarray(bytes.length - limitBytes)),
  );
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
