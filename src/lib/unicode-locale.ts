/**
 * Can the terminal be trusted to show more than ASCII? What the locale says of its character set, the first of the
 * three that is set; the console of the kernel has UTF-8 and hardly a glyph to show for it.
 */
export function hasUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.TERM === 'linux') return false;
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '');
  return locale !== undefined && /utf-?8/i.test(locale);
}
