import { existsSync, readlinkSync } from 'node:fs';
import type { Zone } from '../lib/zoned-time.ts';

/**
 * The zone of this process. Its name is read where it is kept: to ask Intl loads the whole of ICU, 10 ms of each
 * start. Intl has the last word where the name is not plain to see.
 */
export function readTimeZone(env: Record<string, string | undefined>): Zone {
  return {
    name: readName(env.TZ) ?? Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'unknown',
    aheadMinutes: (ms) => 0 - new Date(ms).getTimezoneOffset(),
  };
}

const ZONES = '/usr/share/zoneinfo';
const NAME = /^[A-Z][\w+-]*(?:\/[\w+-]+)*$/;

function readName(variable: string | undefined): string | null {
  const name = variable === undefined ? linkedName() : variable;
  return name !== null && NAME.test(name) && existsSync(`${ZONES}/${name}`) ? name : null;
}

/** localtime(5): a link into the zone database. */
function linkedName(): string | null {
  try {
    return readlinkSync('/etc/localtime').split('/zoneinfo/')[1] ?? null;
  } catch {
    // No such file, or a copy of the zone's.
    return null;
  }
}
