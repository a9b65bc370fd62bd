/** What stands for everything that differs from line to line. */
const HOLE = '<*>';

const CONTROL = /\x1b\[[0-9;?]*[a-zA-Z]|[\x00-\x1f\x7f]+/g;

/** One pass over the text, first alternative wins; each is linear, for the text comes from anywhere. */
const VARIABLE = new RegExp(
  [
    /"[^"]*"|`[^`]*`|(?<!\w)'[^']*'(?!\w)/, // quoted
    /\b[a-zA-Z][a-zA-Z0-9+.-]{1,15}:\/\/[^\s"'<>]+/, // URL
    /(?<![\w:.])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?:%\w+)?(?![\w:])/, // IPv6, MAC, time of day
    /\b(?=[0-9a-fA-F-]{0,40}\d)[0-9a-fA-F]{4,}(?:-[0-9a-fA-F]{4,})+\b/, // UUID
    /\b0x[0-9a-fA-F]+\b|\b(?=[a-fA-F]{0,40}\d)[0-9a-fA-F]{6,}\b/, // addresses, hashes, container ids
    /(?<![\w>.])~?\/[^\s"'<>,;:(){}[\]=]+/, // path
    /\d+(?:[.,:]\d+)*/, // number, IPv4, version
  ]
    .map((part) => part.source)
    .join('|'),
  'g',
);

const ROW_OF_HOLES = /<\*>(?:[\s.,:/_@-]{0,2}<\*>)+/g;

/** `Accepted publickey for ann from 10.0.0.7 port 51234` → `Accepted publickey for ann from <*> port <*>`. */
export function foldMessage(message: string): string {
  let folded = message.replace(CONTROL, ' ').replace(/\s+/g, ' ').trim();
  // Each pass that changes something leaves fewer characters outside holes, so this ends.
  for (;;) {
    const next = folded.replace(VARIABLE, HOLE).replace(ROW_OF_HOLES, HOLE);
    if (next === folded) return folded;
    folded = next;
  }
}
