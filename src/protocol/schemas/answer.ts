import { z } from 'zod';
import { parseAnswerJson } from '../../lib/answer-json.ts';

const MOST_ISSUES = 5;

/**
 * From a JSON Schema to a check of answers: null when the answer follows it, else a sentence for the model that says
 * what is wrong and where. Throws for a schema that cannot be used, with the reason.
 */
export function createSchemaCheck(schema: Record<string, unknown>): (text: string) => Promise<string | null> {
  const checker = z.fromJSONSchema(schema);
  return async (text) => {
    let value: unknown;
    try {
      value = parseAnswerJson(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return `The answer must be one JSON value and nothing else. It is not JSON: ${reason}. Answer again, whole.`;
    }
    const checked = checker.safeParse(value);
    if (checked.success) return null;
    const issues = checked.error.issues
      .slice(0, MOST_ISSUES)
      .map(({ path, message }) => `${path.length === 0 ? 'the value' : path.join('.')}: ${message}`);
    return `The answer does not follow the schema: ${issues.join('; ')}. Answer again, whole, as one JSON value.`;
  };
}
