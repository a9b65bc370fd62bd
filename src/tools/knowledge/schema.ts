import * as z from 'zod/mini';
import { CONFIDENCES } from '../../protocol/knowledge.ts';

const text = z.optional(z.string());

export const schema = z.object({
  verb: z.enum(['search', 'propose']),
  words: text,
  title: text,
  text,
  applies_to: z.optional(z.array(z.string())),
  confidence: z.optional(z.enum(CONFIDENCES)),
});

export type KnowledgeInput = z.infer<typeof schema>;
