import type { ThingRule } from '../protocol/program-spec.ts';
import type { RawProgramSpec } from '../protocol/schemas/program-spec.ts';

type RawThing = NonNullable<RawProgramSpec['things']>[number];

/** `bad` makes the error of a spec that says what cannot be. */
export function compileThing(raw: RawThing, bad: (message: string) => Error): ThingRule {
  const { prefix, at, pattern, type, ...rest } = raw;
  if (pattern !== undefined && !pattern.includes('(')) throw bad(`the pattern ${pattern} has no group`);
  if (at === undefined && raw.options.length === 0) throw bad(`nothing says where a ${raw.kind} is named`);
  return {
    ...rest,
    verbs: at === undefined ? {} : Object.fromEntries(at.split('|').map((place) => verbPlace(place, bad))),
    isPrefix: prefix,
    ...(type === undefined ? {} : { type }),
    ...(pattern === undefined ? {} : { pattern }),
  };
}

/** `exec/1` is the first operand of `exec`, `logs` are all of `logs`. */
function verbPlace(text: string, bad: (message: string) => Error): [string, number | 'all'] {
  const found = /^([^/]*)(?:\/(\d+))?$/.exec(text.trim());
  if (found === null) throw bad(`${text} is no place of names`);
  return [(found[1] ?? '').trim(), found[2] === undefined ? 'all' : Number(found[2])];
}
