/**
 * Names in the state store are relative and `/`-separated. A wrong one is a bug, not something an operator wrote.
 * Parts that begin with a dot are the store's own: the folder of temporary files.
 */
export function checkName(name: string): void {
  const parts = name.split('/');
  const isBad = parts.some((part) => part === '' || part.startsWith('.') || part.includes('\0'));
  if (isBad || name.length > 1024) throw new Error(`not a name in the state store: ${JSON.stringify(name)}`);
}

/** Lock files live beside what they lock and are not part of the state. */
export const LOCK_SUFFIX = '.lock';

export function isListed(name: string): boolean {
  return !name.startsWith('.') && !name.endsWith(LOCK_SUFFIX) && !name.endsWith(`${LOCK_SUFFIX}-journal`);
}
