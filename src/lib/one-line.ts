const BREAKS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** A name from outside as a part of one line: what ends a line or steers a terminal becomes a space, all else stays. */
export function oneLine(text: string): string {
  return text.replace(BREAKS, ' ');
}
