import type { ScannedFile } from '../../protocol/machine.ts';
import { isBinary } from '../paths.ts';
import type { Matcher, PathFilter } from './matcher.ts';

/** Larger files are logs and images of disks: for these there is Bash. */
const LARGEST_FILE_BYTES = 2_000_000;

const LONGEST_LINE = 300;

export type Source = AsyncIterable<ScannedFile> | Iterable<ScannedFile>;

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
  stopped: 'end' | 'matches' | 'time' | 'files';
}

export async function searchFiles(files: Source, request: SearchRequest): Promise<Found> {
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
  const text = new TextDecoder().decode(bytes);
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    const at = request.match(line);
    if (at < 0) continue;
    const path = request.show(file.path);
    found.lines.push(request.isContent ? `${path}:${number}:${excerpt(line, at)}` : path);
    if (!request.isContent || found.lines.length >= request.most) return;
  }
}

/** The part of a long line in which the match is. */
function excerpt(line: string, at: number): string {
  const clean = line.replace(/\r$/, '');
  if (clean.length <= LONGEST_LINE) return clean;
  const start = at < LONGEST_LINE - 100 ? 0 : at - 100;
  const part = clean.slice(start, start + LONGEST_LINE).toWellFormed();
  return `${start > 0 ? '…' : ''}${part}${start + LONGEST_LINE < clean.length ? '…' : ''}`;
}
