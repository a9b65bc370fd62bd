/**
 * Puts text from outside between two tags that carry a marker its author cannot know, so that whatever the text says,
 * a reader can tell where it ends. Only the marker matters: a closing tag or a "system reminder" without it is data.
 */
export interface Fence {
  /** Lower-case hex, at least 12 digits; unguessable for whoever wrote the text. */
  marker: string;
  /** What the text is, for the reader: `P3: df -P`. May come from outside too. */
  label: string;
}

const LABEL_LIMIT = 160;

/** The marker is in the result exactly twice: in the opening and in the closing tag. */
export function fence(text: string, { marker, label }: Fence): string {
  if (!/^[0-9a-f]{12,}$/.test(marker)) throw new Error(`not a fence marker: ${JSON.stringify(marker)}`);
  const body = breakMarker(text, marker);
  const end = body.endsWith('\n') || body === '' ? '' : '\n';
  return `<data-${marker} of="${cleanLabel(breakMarker(label, marker))}">\n${body}${end}</data-${marker}>`;
}

/** Bytes that `fence` adds to a text, at most. */
export function fenceCost({ marker, label }: Fence): number {
  return Buffer.byteLength(fence('', { marker, label })) + 1;
}

function breakMarker(text: string, marker: string): string {
  // The ellipsis is no hex digit, so what is left cannot join with its neighbours to the marker again.
  return text.replace(new RegExp(marker, 'gi'), `${marker.slice(0, 4)}…`);
}

function cleanLabel(label: string): string {
  const line = label
    .replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
    .replace(/["<>]/g, "'")
    .trim();
  return line.length > LABEL_LIMIT ? `${line.slice(0, LABEL_LIMIT).toWellFormed()}…` : line;
}
