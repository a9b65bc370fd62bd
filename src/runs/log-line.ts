import { sha256 } from '../lib/digest.ts';
import { isRecord } from '../lib/is-record.ts';

/**
 * A line of `runs/<id>.jsonl`: `{"seq":…,"time":"…","event":{…},"prev":"…","hash":"…"}` and a line feed. `hash` is the
 * sha256 of the bytes before `,"hash":"`, `prev` the hash of the line before, for the first one the sha256 of the run id.
 * Lines end at 0x0A only: JSON leaves U+2028 and its like raw inside strings, and they are no line ends here.
 */

const LINE_FEED = 0x0a;
const HASH_KEY = ',"hash":"';
const HASH_DIGITS = 64;
/** `,"hash":"`, the digits, `"}`. */
const TAIL_BYTES = HASH_KEY.length + HASH_DIGITS + 2;

export interface LineBody {
  seq: number;
  time: string;
  /** Checked against the schema by whoever needs more than its `type`. */
  event: { type: string; [key: string]: unknown };
  prev: string;
  hash: string;
}

export interface StoredLine {
  /** From 1. */
  number: number;
  /** null: not a line of ours. */
  body: LineBody | null;
  /** What the next line has to carry as `prev`: the hash the line states, else the sha256 of its bytes. */
  link: string;
  /** It says of itself what its bytes say. */
  isSound: boolean;
}

export interface StoredLog {
  lines: StoredLine[];
  /** Bytes of the whole lines. */
  wholeBytes: number;
  /** Bytes after the last line feed: a write that did not come to its end. */
  tornBytes: number;
}

export function firstLink(run: string): string {
  return sha256(run);
}

/** `event` is JSON text. The line feed is included. */
export function encodeLine(
  seq: number,
  time: string,
  event: string,
  prev: string,
): { text: string; hash: string } {
  const body = `{"seq":${seq},"time":"${time}","event":${event},"prev":"${prev}"`;
  const hash = sha256(body);
  return { text: `${body}${HASH_KEY}${hash}"}\n`, hash };
}

export function splitLog(data: Uint8Array): StoredLog {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const lines: StoredLine[] = [];
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(LINE_FEED, start);
    if (end < 0) return { lines, wholeBytes: start, tornBytes: bytes.length - start };
    lines.push(decodeLine(bytes.subarray(start, end), lines.length + 1));
    start = end + 1;
  }
}

/** Bytes rather than text: decoding would turn different broken bytes into the same replacement character. */
export function decodeLine(bytes: Buffer, number: number): StoredLine {
  const stated = statedHash(bytes);
  if (stated === null) return { number, body: null, link: sha256(bytes), isSound: false };
  const body = parseBody(bytes);
  const isSound = body !== null && sha256(bytes.subarray(0, bytes.length - TAIL_BYTES)) === stated;
  return { number, body, link: stated, isSound };
}

function statedHash(bytes: Buffer): string | null {
  const tail = bytes.subarray(-TAIL_BYTES).toString('latin1');
  const match = /^,"hash":"([0-9a-f]{64})"\}$/.exec(tail);
  return match?.[1] ?? null;
}

function parseBody(bytes: Buffer): LineBody | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isBody(value) ? value : null;
  } catch {
    // Not JSON: the caller reports the line as damaged.
    return null;
  }
}

function isBody(value: unknown): value is LineBody {
  if (!isRecord(value) || !isRecord(value.event)) return false;
  const { seq, time, event, prev, hash } = value;
  return (
    Number.isSafeInteger(seq) &&
    typeof time === 'string' &&
    !Number.isNaN(Date.parse(time)) &&
    typeof event.type === 'string' &&
    typeof prev === 'string' &&
    typeof hash === 'string'
  );
}
