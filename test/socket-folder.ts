import { mkdtempSync } from 'node:fs';

/**
 * A new folder for sockets, to be removed. Not below TMPDIR, which may be long: of the path of a socket the kernel takes
 * 107 bytes (unix(7)).
 */
export function makeSocketFolder(): string {
  return mkdtempSync('/tmp/steward-');
}
