const OPENING = /<data-([0-9a-f]{12,}) of="[^"\n]*">\n/g;

/** A result as a model read it, without the tags around what came from outside: a person sees where it came from. */
export function unfence(text: string): string {
  let bare = text;
  for (const [opening, marker] of text.matchAll(OPENING)) {
    bare = bare.replace(opening, '').replace(new RegExp(`\\n?</data-${marker}>`), '');
  }
  return bare;
}

/** Only what stands between the tags: a diff without the tool's words behind it. All of a text that has no tags. */
export function insideFence(text: string): string {
  const opening = new RegExp(OPENING.source).exec(text);
  if (opening === null) return text;
  const start = opening.index + opening[0].length;
  const end = text.indexOf(`\n</data-${opening[1]}>`, start);
  return text.slice(start, end < 0 ? text.length : end);
}
