import { z } from 'zod';
import { parseAnswerJson } from '../../lib/answer-json.ts';

const MOST_ISSUES = 5;

/**
 * From a JSON Schema to a check of answers: null when the answer follows it, else what is wrong and where, to be said
 * behind a colon. Throws for a schema that cannot be used, with the reason.
 */
export function createSchemaCheck(schema: Record<string, unknown>): (text: string) => Promise<string | null> {
  const checker = z.fromJSONSchema(schema);
  return async (text) => {
    let value: unknown;
    try {
      value = parseAnswerJson(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return `not JSON: ${reason}`;
    }
    const checked = checker.safeParse(value);
    if (checked.success) return null;
    const issues = checked.error.issues
      .slice(0, MOST_ISSUES)
      .map(({ path, message }) => `${path.length === 0 ? 'the value' : path.join('.')}: ${message}`);
    return issues.join('; ');
  };
}
