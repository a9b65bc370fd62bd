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

/** Where `steward serve` listens unless it is told otherwise. */
const ON_THIS_HOST = 'http://127.0.0.1:9097';

/** What enrols a device once. `problem`: what the operator should know about the address. */
export function enrolmentAddress(
  { settings }: Pick<World, 'settings'>,
  secret: string,
): { url: string; problem: string | null } {
  const base = baseOf(settings);
  const url = `${base ?? ON_THIS_HOST}/enroll?t=${secret}`;
  if (base === null) {
    return {
      url,
      problem: 'the setting pages.url is not set, so this address works in a browser on this host alone',
    };
  }
  const isOpen = base.startsWith('http:') && !/^http:\/\/(?:localhost|127\.|\[::1\])/.test(base);
  const problem = 'pages.url is not https: whoever can listen on the way can become this device';
  return { url, problem: isOpen ? problem : null };
}

/** What opens one approval and no other. The same in every process of this state folder. */
export async function viewKey(store: StateStore, id: string): Promise<string> {
  const mac = createHmac('sha256', await readLinkKey(store))
    .update(`approval ${id}`)
    .digest();
  return mac.subarray(0, KEY_BYTES).toString('base64url');
}

/** For a form: bound to whoever sees the page (`session`) and to what the form does. */
export async function formToken(store: StateStore, session: string, purpose: string): Promise<string> {
  const mac = createHmac('sha256', await readLinkKey(store)).update(
    JSON.stringify(['form', session, purpose]),
  );
  return mac.digest().subarray(0, KEY_BYTES).toString('base64url');
}

function baseOf(settings: World['settings']): string | null {
  if (settings.pages.url === null) return null;
  const { origin, pathname } = new URL(settings.pages.url);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
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
