/** Where the first match in a line starts; -1 for none. */
export type Matcher = (line: string) => number;

export type Compiled = { ok: true; match: Matcher } | { ok: false; problem: string };

/** Linear in the text is not linear in the pattern: compiling a megabyte of it takes seconds. */
const LONGEST_PATTERN = 4096;

/** RE2, which is linear in the text: a pattern from a model must not be able to hang the run. */
export async function compilePattern(pattern: string, isCaseIgnored: boolean): Promise<Compiled> {
  if (pattern.length > LONGEST_PATTERN) {
    return { ok: false, problem: `it is longer than ${LONGEST_PATTERN} characters` };
  }
  if (isLiteral(pattern) && !isCaseIgnored) return { ok: true, match: (line) => line.indexOf(pattern) };
  const { RE2JS, RE2JSException } = await import('re2js');
  try {
    const compiled = RE2JS.compile(pattern, isCaseIgnored ? RE2JS.CASE_INSENSITIVE : 0);
    return {
      ok: true,
      match(line) {
        const matcher = compiled.matcher(line);
        return matcher.find() ? matcher.start() : -1;
      },
    };
  } catch (error) {
    if (error instanceof RE2JSException) return { ok: false, problem: error.message };
    throw error;
  }
}

/** Patterns that mean themselves, which is what most searches are for. */
function isLiteral(pattern: string): boolean {
  return !/[\\^$.|?*+()[\]{}]/.test(pattern);
}

export type PathFilter = (relativePath: string) => boolean;

/** A glob without a slash is about the file's name, wherever it is. */
export async function compileGlob(glob: string | undefined): Promise<PathFilter> {
  if (glob === undefined || glob === '') return () => true;
  const { default: picomatch } = await import('picomatch');
  const isMatch = picomatch(glob, { dot: true, basename: !glob.includes('/') });
  return (path) => isMatch(path);
}
