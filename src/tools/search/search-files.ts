import type { ScannedFile } from '../../protocol/machine.ts';
import { isBinary } from '../paths.ts';
import type { Matcher, PathFilter } from './matcher.ts';

/** Larger files are logs and images of disks: for these there is Bash. */
const LARGEST_FILE_BYTES = 2_000_000;

const LONGEST_LINE = 300;

const LONGEST_REST = 4 * 1024 * 1024;

export interface SearchRequest {
  match: Matcher;
  /** Names only, content not read. */
  isListing: boolean;
  isContent: boolean;
  isWanted: PathFilter;
  show(path: string): string;
  most: number;
  mostFiles: number;
  isOver(): boolean;
}

export interface Found {
  /** `path:line:text`, or paths. */
  lines: string[];
  searched: number;
  skippedLarge: number;
  skippedUnreadable: number;
  stopped: 'end' | 'matches' | 'time' | 'files' | 'binary';
}

export async function searchFiles(files: AsyncIterable<ScannedFile>, request: SearchRequest): Promise<Found> {
  const found: Found = { lines: [], searched: 0, skippedLarge: 0, skippedUnreadable: 0, stopped: 'end' };
  let walked = 0;
  for await (const file of files) {
    walked++;
    if (request.isWanted(file.path)) await searchFile(file, request, found);
    if (found.lines.length >= request.most) return { ...found, stopped: 'matches' };
    if (request.isOver()) return { ...found, stopped: 'time' };
  }
  return walked >= request.mostFiles ? { ...found, stopped: 'files' } : found;
}

/** One file that was asked for by name: of any size, in memory of a few chunks. */
export async function searchStream(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  request: SearchRequest,
): Promise<Found> {
  const found: Found = { lines: [], searched: 1, skippedLarge: 0, skippedUnreadable: 0, stopped: 'end' };
  const takeLine = matchLines(path, request, found);
  const decoder = new TextDecoder();
  let rest = '';
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst && isBinary(chunk)) return { ...found, stopped: 'binary' };
    isFirst = false;
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    // A file without line ends is searched in pieces rather than kept whole.
    if (rest.length > LONGEST_REST) lines.push(rest);
    if (rest.length > LONGEST_REST) rest = '';
    for (const line of lines) {
      if (takeLine(line)) return { ...found, stopped: request.isContent ? 'matches' : 'end' };
    }
    if (request.isOver()) return { ...found, stopped: 'time' };
  }
  if (rest !== '') takeLine(rest);
  return found;
}

async function searchFile(file: ScannedFile, request: SearchRequest, found: Found): Promise<void> {
  if (request.isListing) {
    found.searched++;
    found.lines.push(request.show(file.path));
    return;
  }
  if (file.sizeBytes > LARGEST_FILE_BYTES) {
    found.skippedLarge++;
    return;
  }
  const bytes = await file.read();
  if (bytes === undefined) {
    found.skippedUnreadable++;
    return;
  }
  found.searched++;
  if (isBinary(bytes)) return;
  const takeLine = matchLines(file.path, request, found);
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    if (takeLine(line)) return;
  }
}

/** Takes the lines of one file in order; true when no more are wanted. */
function matchLines(path: string, request: SearchRequest, found: Found): (line: string) => boolean {
  const shown = request.show(path);
  let number = 0;
  return (line) => {
    number++;
    const at = request.match(line);
    if (at < 0) return false;
    found.lines.push(request.isContent ? `${shown}:${number}:${excerpt(line, at)}` : shown);
    return !request.isContent || found.lines.length >= request.most;
  };
}

/** The part of a long line in which the match is. */
function excerpt(line: string, at: number): string {
  const clean = line.replace(/\r$/, '');
  if (clean.length <= LONGEST_LINE) return clean;
  const start = at < LONGEST_LINE - 100 ? 0 : at - 100;
  const part = clean.slice(start, start + LONGEST_LINE).toWellFormed();
  return `${start > 0 ? '…' : ''}${part}${start + LONGEST_LINE < clean.length ? '…' : ''}`;
}
