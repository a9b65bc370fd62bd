import { createHmac, randomBytes } from 'node:crypto';
import type { StateStore } from '../../protocol/store.ts';
import type { World } from '../world.ts';

/** Bytes of a view key: nobody guesses one over the network. */
const KEY_BYTES = 16;
const NAME = 'pages/link-key';
const LOCK = 'pages-link-key';
const LOCK_WAIT_MS = 2_000;

type Linking = Pick<World, 'store' | 'settings'>;

/**
 * The address of an approval for a message. Whoever has it may look and may say no; a yes takes more, so it may be sent
 * where others read too. null when `pages.url` is not set.
 */
export async function linkToApproval({ store, settings }: Linking, id: string): Promise<string | null> {
  const base = baseOf(settings);
  return base === null ? null : `${base}/approvals/${id}?k=${await viewKey(store, id)}`;
}

/** The address of an incident, for enrolled devices alone. null when `pages.url` is not set. */
export function linkToIncident({ settings }: Pick<World, 'settings'>, id: string): string | null {
  const base = baseOf(settings);
  return base === null ? null : `${base}/incidents/${encodeURIComponent(id)}`;
}

/** What opens one approval and no other. The same in every process of this state folder. */
export async function viewKey(store: StateStore, id: string): Promise<string> {
  const mac = createHmac('sha256', await readLinkKey(store))
    .update(`approval ${id}`)
    .digest();
  return mac.subarray(0, KEY_BYTES).toString('base64url');
}

function baseOf(settings: World['settings']): string | null {
  return settings.pages.url?.replace(/\/+$/, '') ?? null;
}

async function readLinkKey(store: StateStore): Promise<string> {
  const kept = await readKept(store);
  if (kept !== null) return kept;
  const lock = await store.lock(LOCK, LOCK_WAIT_MS);
  try {
    const made = (await readKept(store)) ?? randomBytes(32).toString('hex');
    await store.write(NAME, `${made}\n`);
    return made;
  } finally {
    lock?.release();
  }
}

async function readKept(store: StateStore): Promise<string | null> {
  const kept = (await store.readText(NAME))?.trim() ?? '';
  return /^[0-9a-f]{64}$/.test(kept) ? kept : null;
}
