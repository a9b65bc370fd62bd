const OPENING = /<data-([0-9a-f]{12,}) of="[^"\n]*">\n/g;

/** A result as a model read it, without the tags around what came from outside: a person sees where it came from. */
export function unfence(text: string): string {
  let bare = text;
  for (const [opening, marker] of text.matchAll(OPENING)) {
    bare = bare.replace(opening, '').replace(new RegExp(`\\n?</data-${marker}>`), '');
  }
  return bare;
}
