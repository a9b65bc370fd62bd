/** Where each value stands in a text of all of them, as JSON, by name. */
export type Places = Record<string, readonly [start: number, end: number]>;

/** A string, or a file that is read where it is asked for. */
export interface PackedText {
  slice(start: number, end: number): string;
}

/** One text of many values, each under its names. It is ASCII: a byte is a character. */
export function packJson(values: readonly { names: readonly string[]; value: unknown }[]): {
  places: Places;
  text: string;
} {
  const places: Places = {};
  let text = '';
  for (const { names, value } of values) {
    const json = JSON.stringify(value).replaceAll(/[^\0-\x7f]/g, escapeUnit);
    for (const name of names) places[name] = [text.length, text.length + json.length];
    text += `${json}\n`;
  }
  return { places, text };
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
