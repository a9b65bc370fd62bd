import { OpsError } from '../../lib/ops-error.ts';
import type { Tool, ToolContext, ToolOutput } from '../../protocol/tool.ts';
import { asOpsError, failure, refusal } from '../outputs.ts';
import { isBinary, LARGEST_EDIT_BYTES, locate } from '../paths.ts';
import type { SeenFiles } from '../seen-files.ts';
import { type Page, readPage } from './page.ts';
import type { ReadInput } from './schema.ts';

const DEFAULT_LINES = 2000;

export function createRead(seen: SeenFiles): Tool<ReadInput> {
  return {
    name: 'Read',
    isObserveOnly: () => true,
    async execute(input, context) {
      const located = await locate(input.file_path, context);
      if (!located.ok) return located.output;
      const { path, facts } = located;
      if (facts === undefined) return failure(`${path} does not exist, or is hidden from this user.`);
      if (facts.kind === 'directory') return failure(`${path} is a folder. List it with Bash: ls -la`);
      if (facts.kind !== 'file') return failure(`${path} is not a regular file; it is not read.`);
      return readFile(path, facts.sizeBytes, input, context, seen);
    },
  };
}

async function readFile(
  path: string,
  sizeBytes: number,
  input: ReadInput,
  context: ToolContext,
  seen: SeenFiles,
): Promise<ToolOutput> {
  const first = input.offset ?? 1;
  const admission = await context.gate.perform(
    { id: context.callId, origin: 'tool', action: { kind: 'read', path } },
    async (permit) => {
      const page = await readPage(context.files.readChunks(permit), {
        first,
        lines: input.limit ?? DEFAULT_LINES,
        limitBytes: context.limitBytes,
        // A digest needs the whole file; of a large one, which is not edited, only the page is read.
        wholeBytes: LARGEST_EDIT_BYTES,
        isBinary,
        signal: context.signal,
      }).catch(asOpsError);
      const ok = !(page instanceof OpsError) && !page.isBinary;
      const summary = page instanceof OpsError ? page.message : `${page.readBytes} bytes`;
      return { value: page, trace: { ok, summary } };
    },
  );
  if (admission.kind === 'refused') {
    return refusal(admission.judgement, admission.reason, '');
  }
  const page = admission.value;
  if (page instanceof OpsError) return failure(page.message);
  if (page.isBinary) return failure(`${path} is not text (${sizeBytes} bytes); it is not shown.`);
  if (page.sha256 !== null) seen.remember(path, page.sha256);
  return present(path, first, page);
}

function present(path: string, first: number, page: Page): ToolOutput {
  if (page.lines.length === 0) {
    const count = page.totalLines ?? page.seenLines;
    return count === 0
      ? { ok: true, text: `${path} is empty.`, isOwnWords: true }
      : failure(`${path} has only ${count} lines; offset ${first} is behind its end.`);
  }
  const last = first + page.lines.length - 1;
  const text = page.lines.map((line, index) => `${first + index}\t${line}`).join('\n');
  const notes: string[] = [];
  if (page.cutLines > 0) notes.push(`${page.cutLines} long lines are cut (…).`);
  if (page.totalLines === null || last < page.totalLines) {
    const total = page.totalLines === null ? 'more follow' : `of ${page.totalLines}`;
    notes.push(`Lines ${first} to ${last}, ${total}. Go on with offset ${last + 1}.`);
  }
  return { ok: true, text, isOwnWords: false, ...(notes.length === 0 ? {} : { note: notes.join(' ') }) };
}
