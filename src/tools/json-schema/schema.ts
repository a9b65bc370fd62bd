import * as z from 'zod/mini';

/** For the build: the arguments of a tool as JSON Schema, draft 2020-12. */
export function toJsonSchema(schema: z.ZodMiniType): object {
  return z.toJSONSchema(schema, { io: 'input' });
}
