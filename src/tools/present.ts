import { capText } from '../lib/cap.ts';
import { fence } from '../lib/fence.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { Call, ToolOutput } from '../protocol/tool.ts';
import type { ToolPorts } from './ports.ts';

export interface Presentation {
  marker: string;
  limitBytes: number;
  ports: Pick<ToolPorts, 'mask' | 'maskKept' | 'state'>;
}

/** What a tool gave → what the model reads: masked, then capped (a mask never straddles a cut), then fenced. */
export async function presentOutput(
  output: ToolOutput,
  call: Call,
  spill: string | null,
  { marker, limitBytes, ports }: Presentation,
): Promise<string> {
  const masked = ports.mask(dropHidden(output.text));
  const capped = capText(masked, limitBytes);
  const notes = output.note === undefined ? [] : [ports.mask(output.note)];
  if (output.isOwnWords) return [capped.text, ...notes].join('\n');
  let whole = output.whole == null ? null : await ports.maskKept(output.whole);
  // With `whole` given, even as null, the text is only a part: keeping it would pass it off as the whole.
  if (capped.isTruncated && output.whole === undefined && spill !== null) {
    whole = await keep(spill, masked, ports.state);
    if (whole === null) notes.push('Output is cut, and the whole could not be kept.');
  }
  const path = whole === null ? undefined : ports.state.pathOf(whole);
  if (path !== undefined) {
    notes.push(
      `Output is cut. The whole is in ${path}: page it with Read (offset, limit) or use Search on it.`,
    );
  } else if (capped.isTruncated && spill === null) {
    notes.push('Output is cut, and nothing can be kept in this run: ask for less.');
  }
  return [fence(capped.text, { marker, label: `${call.id}: ${call.name}` }), ...notes].join('\n');
}

/** A state folder that is full or read-only costs the rest of this output, not the call: the work was done. */
async function keep(name: string, text: string, state: ToolPorts['state']): Promise<string | null> {
  try {
    await state.write(name, text);
    return name;
  } catch (error) {
    if (error instanceof OpsError) return null;
    throw error;
  }
}

/**
 * Unicode tag characters show as nothing and are read by models as letters: a way to hide orders in a log line. No
 * honest output of a command has them.
 */
function dropHidden(text: string): string {
  return text.replace(/[\u{E0000}-\u{E007F}]/gu, '');
}
