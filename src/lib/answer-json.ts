import { parseShallowJson } from './shallow-json.ts';
/**
 * The JSON value in a model's answer: the whole of it, or one fenced block, which many models put around JSON whatever
 * they are told. Throws SyntaxError with the parser's own words.
 */
export function parseAnswerJson(text: string): unknown {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text);
  return parseShallowJson(fenced?.[1] ?? text);
}

/** The same, or null where there is none: what a goal's rules found is told in words. */
export function answerValue(text: string | null | undefined): unknown {
  if (text == null) return null;
  try {
    return parseAnswerJson(text);
  } catch {
    return null;
  }
}
