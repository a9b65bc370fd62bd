/** More than anybody nests by hand or by schema; far less than what a recursive reader of the value can take. */
const DEEPEST = 200;

/**
 * JSON from outside (a model, an alert, the output of a program), for readers that go through it by recursion. Throws
 * SyntaxError for what is no JSON, and for what is nested deeper than 200: fifty thousand brackets are a legal text.
 */
export function parseShallowJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isDeep(value)) throw new SyntaxError(`JSON is nested deeper than ${DEEPEST}`);
  return value;
}

function isDeep(root: unknown): boolean {
  let level = [root];
  for (let depth = 0; depth <= DEEPEST; depth++) {
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}
