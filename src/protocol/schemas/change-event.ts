import { z } from 'zod';
import { CHANGE_PHASES } from '../change.ts';
import { EFFECTS } from '../effect.ts';
import { CONFIDENCES } from '../knowledge.ts';

const text = z.string();
const count = z.number();
const place = { change: text, target: count, phase: z.enum(CHANGE_PHASES), index: count };

export const preconditions = z.array(
  z.object({
    kind: z.enum([
      'file',
      'git-commit',
      'flake-source',
      'nomad-index',
      'consul-index',
      'store-path',
      'resource-version',
      'unit-state',
    ]),
    name: text,
    value: text.nullable(),
  }),
);

/** What a log says of changes, as it is read back. */
export const changeEvents = [
  z.object({
    type: z.literal('change.planned'),
    change: text,
    title: text,
    digest: text,
    effect: z.enum(EFFECTS),
    targets: z.array(text),
    steps: z.array(text),
    undo: z.array(text.nullable()),
    preconditions,
  }),
  z.object({ type: z.literal('change.began'), ...place, text }),
  z.object({
    type: z.literal('change.finished'),
    ...place,
    ok: z.boolean(),
    detail: text,
    durationMs: count,
  }),
  z.object({ type: z.literal('change.parked'), change: text, approval: text, expiresAt: count }),
  z.object({ type: z.literal('change.cut'), change: text }),
  z.object({
    type: z.literal('executor.asked'),
    change: text,
    request: z.enum(['run', 'propose', 'take']),
    digest: text,
    socket: text,
  }),
  z.object({
    type: z.literal('executor.answered'),
    change: text,
    run: text.nullable(),
    head: text.nullable(),
    approval: text.nullable(),
    problem: text.nullable(),
  }),
  z.object({
    type: z.literal('change.ended'),
    change: text,
    end: z.enum(['held', 'refused', 'rolled-back', 'escalated']),
    failed: text.nullable(),
    message: text,
    learned: z
      .array(z.object({ title: text, text, appliesTo: z.array(text), confidence: z.enum(CONFIDENCES) }))
      .optional(),
  }),
] as const;
