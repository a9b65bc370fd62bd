/** A jq program that sees only its input: what is wrong with it, or undefined. */
export function checkJq(program: string): string | undefined {
  for (const found of program.matchAll(
    /\b(?:env|ENV|import|include|modulemeta|get_search_list|input_filename)\b/g,
  )) {
    const before = program.slice(Math.max(0, found.index - 2), found.index);
    // `.env` is a field of the input; `..env` is not.
    const isField = /(?:^|[^.])\.$/.test(before);
    if (!isField) return `jq's ${found[0]} can reach beyond its input`;
  }
  return undefined;
}

/** mikefarah's yq has more doors: files, the environment, and its own writers. */
export function checkYq(program: string): string | undefined {
  const found =
    /\b(?:load\w*|env|strenv|envsubst|eval|system|include|import|input_filename|filename)\b/i.exec(program);
  if (found !== null) return `yq's ${found[0]} can reach beyond its input`;
  return checkJq(program);
}
