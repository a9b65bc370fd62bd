import { randomBytes } from 'node:crypto';
import { OpsError } from '../../lib/ops-error.ts';
import type { StateStore } from '../../protocol/store.ts';

const NAME = 'mask-salt';

/**
 * What tokens are made with. Kept in the state folder, which is private, so that a secret has the same token in every
 * run of this host: a snapshot with a secret in it is the same as yesterday's, a finding about it the same finding, and
 * a resumed conversation goes on with the tokens it began with. Whoever reads the salt and a token can only rule out
 * guesses at the secret. Where nothing can be kept, tokens hold for this process.
 */
export async function readMaskSalt(store: StateStore): Promise<string> {
  const kept = (await store.readText(NAME))?.trim() ?? '';
  if (/^[0-9a-f]{32}$/.test(kept)) return kept;
  const salt = randomBytes(16).toString('hex');
  try {
    await store.write(NAME, `${salt}\n`);
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
  }
  return salt;
}
