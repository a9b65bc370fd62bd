/** RFC 3339: senders differ in zone and in the digits of a second (Go leaves trailing zeros out, up to nine). */
const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})$/;

/** The same instant in one spelling: UTC, no trailing zeros in the fraction. undefined for what is no time. */
export function canonicalTime(text: string): string | undefined {
  const [, date, time, fraction = '', zone = 'Z'] = RFC3339.exec(text) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const wholeMs = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(wholeMs)) return undefined;
  const digits = fraction.replace(/0+$/, '');
  return `${new Date(wholeMs).toISOString().slice(0, -'.000Z'.length)}${digits === '' ? '' : `.${digits}`}Z`;
}

/** Go's zero time: not ended, or not known. */
export function isZeroTime(canonical: string): boolean {
  return canonical.startsWith('0001-');
}
