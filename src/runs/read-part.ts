import type { LogLine, RunEvent } from '../protocol/event.ts';
import type { StateStore } from '../protocol/store.ts';
import { logName, noSuchRun } from './check-lines.ts';
import { decodeLine, type StoredLine } from './log-line.ts';

/** Some lines of a log, oldest first, taken at their word: `verify` and resuming look at every one. */
export interface LogPart {
  lines: LogLine[];
  /** How many lines there are before them. */
  older: number;
}

const PART_BYTES = 128 * 1024;
const LINE_FEED = 0x0a;

/** The newest lines, at most `limit`, without reading what is before them. */
export async function readNewestLines(store: StateStore, run: string, limit: number): Promise<LogPart> {
  const name = logName(run);
  const sizeBytes = (await store.list('runs')).find((entry) => `runs/${entry.name}` === name)?.sizeBytes;
  if (sizeBytes === undefined) throw noSuchRun(run);
  for (let part = PART_BYTES; ; part *= 4) {
    const from = Math.max(0, sizeBytes - part);
    const bytes = await store.readRange(name, from, sizeBytes - from);
    if (bytes === undefined) throw noSuchRun(run);
    const buffer = asBuffer(bytes);
    // The first line of a part is cut, unless the part is the whole file.
    const start = from === 0 ? 0 : buffer.indexOf(LINE_FEED) + 1;
    const lines = readBack(buffer, start, limit, Number.POSITIVE_INFINITY);
    const [first] = lines;
    if (from > 0 && (lines.length < limit || first === undefined)) continue;
    return { lines, older: first === undefined ? 0 : first.seq - 1 };
  }
}

/** null: the log is empty, or ends in the middle of a line. */
export async function readLastLine(store: StateStore, run: string): Promise<StoredLine | null> {
  const name = logName(run);
  const sizeBytes = (await store.list('runs')).find((entry) => `runs/${entry.name}` === name)?.sizeBytes;
  if (sizeBytes === undefined) throw noSuchRun(run);
  for (let part = PART_BYTES; ; part *= 4) {
    const from = Math.max(0, sizeBytes - part);
    const bytes = await store.readRange(name, from, sizeBytes - from);
    if (bytes === undefined) throw noSuchRun(run);
    const buffer = asBuffer(bytes);
    if (buffer.at(-1) !== LINE_FEED) return null;
    const start = buffer.lastIndexOf(LINE_FEED, buffer.length - 2) + 1;
    if (start > 0 || from === 0) return decodeLine(buffer.subarray(start, buffer.length - 1), 0);
  }
}

/** Lines with a number below `before`, the newest of them, at most `limit`. */
export async function readLinesBefore(
  store: StateStore,
  run: string,
  before: number,
  limit: number,
): Promise<LogLine[]> {
  const bytes = await store.readBytes(logName(run));
  if (bytes === undefined) throw noSuchRun(run);
  return readBack(asBuffer(bytes), 0, limit, before);
}

/** From the end back to `start`; what is no line of ours is left out, and so is a last line without its end. */
function readBack(buffer: Buffer, start: number, limit: number, before: number): LogLine[] {
  const lines: LogLine[] = [];
  let end = buffer.lastIndexOf(LINE_FEED);
  // Numbers are those of the lines, so most of what is too new is passed over unread.
  while (end > start && lines.length < limit) {
    const from = Math.max(start, buffer.lastIndexOf(LINE_FEED, end - 1) + 1);
    const line = buffer.subarray(from, end);
    end = from - 1;
    if (!Number.isFinite(before) || numberOf(line) < before) {
      const { body } = decodeLine(line, 0);
      // What steward wrote is an event; a screen leaves out kinds that it does not know.
      if (body !== null && body.seq < before)
        lines.push({ ...body, event: body.event as unknown as RunEvent });
    }
  }
  return lines.reverse();
}

/** `{"seq":12,…`; 0 where it does not say. */
function numberOf(line: Buffer): number {
  return Number(/^\{"seq":(\d+)/.exec(line.toString('latin1', 0, 24))?.[1] ?? 0);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
