import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * What is kept for later decisions carries a seal of this executor: a record that somebody else wrote, that was altered,
 * or that stood under another name is none.
 */
export function seal(key: string, name: string, body: string): string {
  return `${JSON.stringify({ seal: macOf(key, name, body), body })}\n`;
}

/** null: not sealed by us, not under this name, or not these bytes. */
export function unseal(key: string, name: string, text: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Half a file, or none of ours.
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { seal: given, body } = value as { seal?: unknown; body?: unknown };
  if (typeof given !== 'string' || typeof body !== 'string') return null;
  const wanted = Buffer.from(macOf(key, name, body));
  const found = Buffer.from(given);
  return wanted.length === found.length && timingSafeEqual(wanted, found) ? body : null;
}

/** The length of the name keeps it apart from what follows. */
function macOf(key: string, name: string, body: string): string {
  return createHmac('sha256', Buffer.from(key, 'hex'))
    .update(`steward-executor 1 ${Buffer.byteLength(name)} ${name} ${body}`)
    .digest('hex');
}
