/**
 * `{a,b}` and `{1..3}` written out; undefined for anything with quotes, nesting, patterns or padding. Braces without
 * a comma or range are not given here by the parser.
 */
export function expandBraces(source: string): string[] | undefined {
  const inner = source.slice(1, -1);
  const range = /^(-?(?:0|[1-9]\d{0,8}))\.\.(-?(?:0|[1-9]\d{0,8}))$/.exec(inner);
  if (range !== null) {
    const from = Number(range[1]);
    const to = Number(range[2]);
    const count = Math.abs(to - from) + 1;
    if (count > 256) return undefined;
    return Array.from({ length: count }, (_, i) => String(from <= to ? from + i : from - i));
  }
  if (!/^[\w./:@%+,=-]*$/.test(inner) || !inner.includes(',')) return undefined;
  return inner.split(',');
}

/**
 * True when unquoted text holds what bash might expand although the parser called it literal. Such words are
 * refused rather than guessed at.
 */
export function hasUnseenPattern(raw: string): boolean {
  const plain = raw.replaceAll(/\\[\s\S]/g, '');
  return /[*?]|\[.*\]|\{[^}]*(?:,|\.\.)/s.test(plain) || /[$`"'<>|&;()]/.test(plain);
}
