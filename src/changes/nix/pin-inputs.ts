import { createHash } from 'node:crypto';

interface LockNode {
  locked?: Record<string, unknown>;
}

/**
 * A lock file in which every input is its own copy in the store, so that an evaluation needs no other place: nix takes a
 * path with its hash, date and revision for the same thing. `inStore` says whether a path is there. A problem names the
 * input that would have to be fetched.
 */
export async function pinInputs(
  text: string,
  inStore: (path: string) => Promise<boolean>,
): Promise<{ text: string } | { problem: string }> {
  const lock = asLock(text);
  if (lock === null) return { problem: 'flake.lock is not to be read' };
  for (const [name, node] of Object.entries(lock.nodes)) {
    const { locked } = node;
    if (locked === undefined) continue;
    const path = storePathOf(locked.narHash);
    if (path === null) return { problem: `the input ${name} is locked without a hash` };
    if (!(await inStore(path))) {
      return { problem: `the input ${name} is not in the store, and nothing is fetched: ${path}` };
    }
    node.locked = {
      ...pick(locked, ['lastModified', 'rev', 'revCount', 'narHash', 'dir']),
      path,
      type: 'path',
    };
  }
  return { text: JSON.stringify(lock) };
}

function asLock(text: string): { nodes: Record<string, LockNode> } | null {
  try {
    const lock = JSON.parse(text) as { nodes?: Record<string, LockNode> } | null;
    return typeof lock?.nodes === 'object' && lock.nodes !== null ? { ...lock, nodes: lock.nodes } : null;
  } catch {
    return null;
  }
}

function pick(from: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
}

const LETTERS = '0123456789abcdfghijklmnpqrsvwxyz';

/** Where content of this hash lies: nix.dev, "Store path specification", a fixed output named `source`. */
function storePathOf(narHash: unknown): string | null {
  const found = typeof narHash === 'string' ? /^sha256-([A-Za-z0-9+/]{43}=)$/.exec(narHash) : null;
  if (found === null) return null;
  const hex = Buffer.from(found[1] ?? '', 'base64').toString('hex');
  const digest = createHash('sha256').update(`source:sha256:${hex}:/nix/store:source`).digest();
  const folded = Buffer.alloc(20);
  for (const [index, byte] of digest.entries()) folded[index % 20] = (folded[index % 20] ?? 0) ^ byte;
  return `/nix/store/${base32(folded)}-source`;
}

/** nix's own order: the last bits come first. */
function base32(bytes: Buffer): string {
  let text = '';
  for (let index = Math.ceil((bytes.length * 8) / 5) - 1; index >= 0; index -= 1) {
    const bit = index * 5;
    const place = bit >> 3;
    const word = (bytes[place] ?? 0) | ((bytes[place + 1] ?? 0) << 8);
    text += LETTERS[(word >> (bit & 7)) & 31];
  }
  return text;
}
