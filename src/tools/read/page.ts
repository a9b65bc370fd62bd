import { createHash } from 'node:crypto';
import { capLine } from '../../lib/cap.ts';

/** Longer lines are shown cut: minified files and base64 would fill the page with one. */
const LONGEST_LINE = 2000;

/** A line without an end must not be collected without an end. */
const LONGEST_PENDING_BYTES = 64 * 1024;

export interface PageRequest {
  /** First line wanted, from 1. */
  first: number;
  lines: number;
  /** Of the page as it is shown, line numbers included. */
  limitBytes: number;
  /** A file of up to so many bytes is read to its end, for the digest and the number of lines. */
  wholeBytes: number;
  isBinary(bytes: Uint8Array): boolean;
  signal: AbortSignal;
}

export interface Page {
  lines: string[];
  cutLines: number;
  /** null when the rest was not read. */
  totalLines: number | null;
  seenLines: number;
  sha256: string | null;
  readBytes: number;
  isBinary: boolean;
}

/** A window of lines out of a stream, in memory of the size of the window. */
export async function readPage(chunks: AsyncIterable<Uint8Array>, request: PageRequest): Promise<Page> {
  let isWhole = true;
  const hash = createHash('sha256');
  const lines: string[] = [];
  let cutLines = 0;
  let lineNumber = 1;
  let pageBytes = 0;
  let readBytes = 0;
  let isFull = false;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let lineBytes = 0;

  const collect = (bytes: Uint8Array): void => {
    lineBytes += bytes.length;
    if (isFull || lineNumber < request.first || pendingBytes > LONGEST_PENDING_BYTES) return;
    pending.push(bytes);
    pendingBytes += bytes.length;
  };
  const endLine = (): void => {
    if (!isFull && lineNumber >= request.first) {
      const whole = Buffer.concat(pending).toString('utf8').replace(/\r$/, '');
      const line = capLine(whole, LONGEST_LINE);
      const shownBytes = Buffer.byteLength(line) + String(lineNumber).length + 2;
      // The first line is always shown, so that paging cannot stand still.
      if (lines.length > 0 && pageBytes + shownBytes > request.limitBytes) isFull = true;
      else {
        lines.push(line);
        pageBytes += shownBytes;
        if (line !== whole) cutLines++;
        if (lines.length >= request.lines) isFull = true;
      }
    }
    pending = [];
    pendingBytes = 0;
    lineBytes = 0;
    lineNumber++;
  };

  for await (const chunk of chunks) {
    if (readBytes === 0 && request.isBinary(chunk)) {
      return {
        lines: [],
        cutLines: 0,
        totalLines: null,
        seenLines: 0,
        sha256: null,
        readBytes,
        isBinary: true,
      };
    }
    readBytes += chunk.length;
    isWhole &&= readBytes <= request.wholeBytes;
    if (isWhole) hash.update(chunk);
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      collect(chunk.subarray(start, end));
      endLine();
      start = end + 1;
    }
    collect(Uint8Array.from(chunk.subarray(start)));
    if ((isFull && !isWhole) || request.signal.aborted) {
      return {
        lines,
        cutLines,
        totalLines: null,
        seenLines: lineNumber - 1,
        sha256: null,
        readBytes,
        isBinary: false,
      };
    }
  }
  if (lineBytes > 0) endLine();
  const totalLines = lineNumber - 1;
  return {
    lines,
    cutLines,
    totalLines,
    seenLines: totalLines,
    sha256: isWhole ? hash.digest('hex') : null,
    readBytes,
    isBinary: false,
  };
}
