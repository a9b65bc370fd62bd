import { z } from 'zod';

/**
 * From a JSON Schema to a check of values: what does not fit, with its place; empty when all of it does. Throws for a
 * schema that cannot be used, with the reason.
 */
export function createDataCheck(
  schema: Record<string, unknown>,
): (value: unknown) => { path: PropertyKey[]; message: string }[] {
  const checker = z.fromJSONSchema(schema);
  return (value) => {
    const checked = checker.safeParse(value);
    return checked.success ? [] : checked.error.issues.map(({ path, message }) => ({ path, message }));
  };
}
