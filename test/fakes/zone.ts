import type { Zone } from '../../src/lib/zoned-time.ts';

/** Any zone of the database, whatever this process is in; Intl knows them all. */
export function namedZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  return {
    name,
    aheadMinutes(ms) {
      const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(format.format(ms)) ?? [];
      return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
    },
  };
}
