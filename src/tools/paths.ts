import type { FileFacts } from '../protocol/machine.ts';
import type { ToolContext, ToolOutput } from '../protocol/tool.ts';
import { failure } from './outputs.ts';

/** Larger files are neither edited nor remembered as read; they can be paged through and searched. */
export const LARGEST_EDIT_BYTES = 8 * 1024 * 1024;

export type Located =
  | { ok: true; path: string; facts: FileFacts | undefined }
  | { ok: false; output: ToolOutput };

/** The absolute path behind what a model wrote. `facts` is undefined when nothing is there. */
export async function locate(given: string, context: ToolContext): Promise<Located> {
  if (given.startsWith('~')) {
    return { ok: false, output: failure(`${given}: ~ is not expanded here. Give an absolute path.`) };
  }
  if (hasControls(given)) return refuseControls(given);
  const path = await context.files.resolve(given, context.cwd);
  if (hasControls(path)) return refuseControls(path);
  return { ok: true, path, facts: await context.files.facts(path) };
}

/** Our own words name paths outside the fence; a line end in a name would let the name speak for us. */
function hasControls(path: string): boolean {
  return /[\u0000-\u001f\u007f\u2028\u2029]/.test(path);
}

function refuseControls(path: string): Located {
  return {
    ok: false,
    output: failure(`${JSON.stringify(path)}: a path with control characters is not taken.`),
  };
}

/** A NUL byte near the start: what git and grep go by. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8192).includes(0);
}
