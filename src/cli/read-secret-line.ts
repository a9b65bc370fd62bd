import { OpsError } from '../lib/ops-error.ts';
import type { Streams } from './streams.ts';

const LIMIT_BYTES = 4 * 1024;

/** The first line that a pipe or a file gives. Not from a terminal, which would show it. */
export async function readSecretLine({ stdin }: Pick<Streams, 'stdin'>): Promise<string> {
  if (stdin.kind === 'terminal' || stdin.kind === 'none') {
    throw new OpsError('no-stdin', 'usage', 'nothing comes through stdin', {
      hint: 'give it by a pipe or a file: --from-stdin < FILE',
    });
  }
  let text = '';
  try {
    for await (const chunk of stdin.chunks()) {
      text += Buffer.from(chunk).toString('utf8');
      if (text.includes('\n') || text.length > LIMIT_BYTES) break;
    }
  } finally {
    stdin.close();
  }
  return text.split('\n', 1)[0]?.trim() ?? '';
}
