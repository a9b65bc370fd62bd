/** DEL, C1 (some terminals act on them as on ESC) and the marks that turn the direction of text round. */
const LEFT_RAW = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * JSON that can be looked at with `cat`: JSON.stringify escapes ESC and leaves other characters raw that steer a
 * terminal or turn text round. They can only stand inside strings, where the escape means the same.
 */
export function plainJson(value: unknown, replacer?: (key: string, value: unknown) => unknown): string {
  return JSON.stringify(value, replacer).replace(LEFT_RAW, escapeUnit);
}

export function jsonLine(value: unknown): string {
  return `${plainJson(value)}\n`;
}

function escapeUnit(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
