import { join } from 'node:path';

/**
 * XDG_CACHE_HOME of the built program in tests. Homes are made for one test each; without a cache that they share, each
 * of a thousand starts would compile the program anew, and write what it compiled.
 */
export const KEPT_CODE = join(import.meta.dirname, '../node_modules/.cache');
