import { timingSafeEqual } from 'node:crypto';
import type { RequestHead } from '../../../host/index.ts';
import type { Device } from '../../pages/devices.ts';

/** Where people reach the pages, from `pages.url`. */
export interface PageAddress {
  /** `https://home.example.org`; null: not set. */
  origin: string | null;
  /** With its port, as a Host header says it; null: not set. */
  host: string | null;
  /** `` or `/steward`. */
  prefix: string;
}

/** One request of a browser, as far as it is known who sends it. */
export interface Visit {
  head: RequestHead;
  /** Without the prefix: `['approvals', 'a-x']`. */
  path: readonly string[];
  query: URLSearchParams;
  /** null: nobody that was enrolled. */
  device: Device | null;
}

export const COOKIE = 'steward_device';
/** Browsers keep none for longer. */
const COOKIE_S = 400 * 24 * 60 * 60;

export function readAddress(url: string | null): PageAddress {
  if (url === null) return { origin: null, host: null, prefix: '' };
  const { origin, host, pathname } = new URL(url);
  return { origin, host, prefix: pathname.replace(/\/+$/, '') };
}

const FIRST = [
  '',
  'approvals',
  'incidents',
  'runs',
  'findings',
  'spend',
  'pause',
  'enroll',
  'icon.svg',
  'favicon.ico',
];

/** The parts of a path of ours, with or without the prefix; null for every other path. */
export function readPath(path: string, { prefix }: PageAddress): string[] | null {
  const isBelow = prefix !== '' && (path === prefix || path.startsWith(`${prefix}/`));
  const below = isBelow ? path.slice(prefix.length) : path;
  const [root, ...parts] = (below.length > 1 ? below.replace(/\/$/, '') : below).split('/');
  if (root !== '' || !FIRST.includes(parts[0] ?? '') || parts.length > 2) return null;
  try {
    return parts.map(decodeURIComponent);
  } catch {
    // Not an encoding of anything.
    return null;
  }
}

/**
 * Whether the name that the browser asked for is ours: `pages.url`, or a loopback name. Another name that leads here is
 * somebody else's page that would like to be taken for us.
 */
export function isOurName(head: RequestHead, { host }: PageAddress): boolean {
  const asked = head.header('host')?.toLowerCase();
  return asked !== undefined && (asked === host || isLoopbackHost(asked));
}

/** The origin of a form that one of our own pages has sent; null for every other. */
export function ownOrigin(head: RequestHead, { origin }: PageAddress): string | null {
  const site = head.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return null;
  const sent = head.header('origin');
  if (sent === undefined) return null;
  if (sent === origin) return sent;
  const host = head.header('host')?.toLowerCase() ?? '';
  return isLoopbackHost(host) && sent === `http://${host}` ? sent : null;
}

/** Not a page that somebody opens, but something that another site puts into its own. */
export function isEmbedding(head: RequestHead): boolean {
  const site = head.header('sec-fetch-site');
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return head.header('sec-fetch-mode') !== 'navigate' || head.header('sec-fetch-dest') !== 'document';
}

/** The browser runs on the host itself. */
export function isOnHost(head: RequestHead): boolean {
  return isLoopbackHost(head.header('host')?.toLowerCase() ?? '');
}

function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/.test(host);
}

/** The first of this name; browsers put the one with the longest path first. */
export function readCookie(head: RequestHead): string | null {
  for (const part of (head.header('cookie') ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === COOKIE && value !== undefined) return value;
  }
  return null;
}

export function writeCookie(secret: string, isSecure: boolean, { prefix }: PageAddress): string {
  const secure = isSecure ? '; Secure' : '';
  return `${COOKIE}=${secret}; Path=${prefix === '' ? '/' : prefix}; Max-Age=${COOKIE_S}; HttpOnly; SameSite=Strict${secure}`;
}

/** In a time that does not tell how much of it is right. */
export function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
