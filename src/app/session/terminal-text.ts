import { printable } from '../../lib/printable.ts';

/**
 * What a person has read on a terminal, near enough, as plain text: escape sequences out, a line that was written over
 * (a progress bar) in its last form, a character that was taken back gone. Full-screen programs give what they wrote
 * last, which is of little use to anybody.
 */
export function terminalText(raw: string): string {
  const text = raw.replaceAll('\r\n', '\n').split('\n').map(lastForm).join('\n');
  return printable(text)
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

function lastForm(line: string): string {
  const forms = line.split('\r').filter((form) => form !== '');
  let last = forms.at(-1) ?? '';
  // Bold of old terminals, and what a progress counter takes back: `a\bb`.
  while (last.includes('\b')) {
    const shorter = last.replace(/[^\b]\b/, '');
    last = shorter === last ? last.replaceAll('\b', '') : shorter;
  }
  return last;
}
