import { relative } from 'node:path';
import { OpsError } from '../../lib/ops-error.ts';
import type { Tool, ToolContext, ToolOutput } from '../../protocol/tool.ts';
import { asOpsError, failure, refusal } from '../outputs.ts';
import { locate } from '../paths.ts';
import { compileGlob, compilePattern } from './matcher.ts';
import type { SearchInput } from './schema.ts';
import { type Found, type SearchRequest, searchFiles, searchStream } from './search-files.ts';

const DEFAULT_MATCHES = 100;
const MOST_MATCHES = 1000;
const MOST_FILES = 50_000;
const DEADLINE_MS = 20_000;

export function createSearch(): Tool<SearchInput> {
  return {
    name: 'Search',
    isObserveOnly: () => true,
    async execute(input, context) {
      const isListing = input.pattern === '';
      if (isListing && input.mode !== 'files') return failure('An empty pattern needs mode files.');
      const pattern = await compilePattern(input.pattern, input.ignore_case ?? false);
      if (!pattern.ok) return failure(`pattern is not a valid RE2 expression: ${pattern.problem}.`);
      const located = await locate(input.path ?? context.cwd, context);
      if (!located.ok) return located.output;
      const { path, facts } = located;
      if (facts === undefined) return failure(`${path} does not exist, or is hidden from this user.`);
      if (facts.kind === 'other') return failure(`${path} is neither a file nor a folder.`);
      const isWanted = await compileGlob(input.glob);
      return search(path, facts.kind === 'directory', context, {
        match: pattern.match,
        isListing,
        isContent: input.mode !== 'files',
        isWanted: (file) => isWanted(relative(path, file)),
        show: (file) => shorten(file, context.cwd),
        most: Math.min(input.max ?? DEFAULT_MATCHES, MOST_MATCHES),
        mostFiles: MOST_FILES,
        isOver: deadline(context),
      });
    },
  };
}

async function search(
  path: string,
  isFolder: boolean,
  context: ToolContext,
  request: SearchRequest,
): Promise<ToolOutput> {
  const admission = await context.gate.perform(
    {
      id: context.callId,
      origin: 'tool',
      action: isFolder ? { kind: 'scan', root: path } : { kind: 'read', path },
    },
    async (permit) => {
      const found = await (isFolder
        ? searchFiles(
            context.files.scan(permit, {
              limit: MOST_FILES,
              isSecret: (file) => context.isSecretPath(file),
              isSecretLink: (file) => context.isSecretLink(file),
              signal: context.signal,
            }),
            request,
          )
        : searchStream(path, context.files.readChunks(permit), request)
      ).catch(asOpsError);
      const summary =
        found instanceof OpsError
          ? found.message
          : `${found.lines.length} matches in ${found.searched} files`;
      return { value: found, trace: { ok: !(found instanceof OpsError), summary } };
    },
  );
  if (admission.kind === 'refused') {
    return refusal(admission.judgement, admission.reason, '');
  }
  if (admission.value instanceof OpsError) return failure(admission.value.message);
  return present(admission.value, path, context.signal.aborted);
}

function present(found: Found, path: string, isAborted: boolean): ToolOutput {
  if (found.stopped === 'binary') return failure(`${path} is not text; it is not searched.`);
  const notes: string[] = [];
  if (found.stopped === 'matches') notes.push(`Stopped at ${found.lines.length} matches; there may be more.`);
  if (found.stopped === 'time')
    notes.push(`Stopped by the deadline after ${found.searched} files: narrow it.`);
  if (found.stopped === 'files') notes.push(`Stopped after ${MOST_FILES} files: narrow it with path.`);
  if (isAborted) notes.push('Interrupted.');
  if (found.skippedLarge > 0) notes.push(`${found.skippedLarge} files over 2 MB left out.`);
  if (found.skippedUnreadable > 0) notes.push(`${found.skippedUnreadable} files could not be read.`);
  if (found.lines.length === 0) {
    const text = [`No match in ${found.searched} files, in ${path}.`, ...notes].join(' ');
    return { ok: true, text, isOwnWords: true };
  }
  const note = notes.join(' ');
  return { ok: true, text: found.lines.join('\n'), isOwnWords: false, ...(note === '' ? {} : { note }) };
}

function shorten(file: string, cwd: string): string {
  const inside = relative(cwd, file);
  return inside === '' || inside.startsWith('..') ? file : inside;
}

function deadline(context: ToolContext): () => boolean {
  const endMs = context.clock.elapsed() + DEADLINE_MS;
  return () => context.signal.aborted || context.clock.elapsed() > endMs;
}
