import { createMaskStream } from '../../lib/mask/stream.ts';
import type { Masker } from '../../lib/mask.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { StateStore } from '../../protocol/store.ts';

const PIECE_BYTES = 1024 * 1024;

/**
 * Long output is kept as the command wrote it, and a page of it does not say what the lines before said of a secret. So
 * it is masked where it lies, before anybody learns its name; in pieces, for it may be 64 MiB. Gives the new name, or
 * null where that failed; the unmasked file is gone either way.
 */
export async function maskKept(name: string, store: StateStore, masker: Masker): Promise<string | null> {
  const maskedName = `${name.replace(/\.txt$/, '')}.masked.txt`;
  try {
    const file = await store.openAppend(maskedName);
    try {
      const stream = createMaskStream(masker);
      const decoder = new TextDecoder();
      for (let at = 0; ; at += PIECE_BYTES) {
        const bytes = await store.readRange(name, at, PIECE_BYTES);
        if (bytes === undefined || bytes.length === 0) break;
        file.append(stream.push(decoder.decode(bytes, { stream: true })));
      }
      file.append(stream.push(decoder.decode()) + stream.flush());
    } finally {
      file.close();
    }
    return maskedName;
  } catch (error) {
    if (error instanceof OpsError) return null;
    throw error;
  } finally {
    await store.remove(name);
  }
}
