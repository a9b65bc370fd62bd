import type { NamedThing } from '../protocol/named-thing.ts';
import type { ThingRule } from '../protocol/program-spec.ts';
import { type ReadWords, readWords } from './read-words.ts';
import type { SpecBook } from './spec-book.ts';
import type { Part } from './walk.ts';

/** Words of which is known that they are programs, or verbs of one. */
export function verbsOf(parts: readonly Part[], specs: SpecBook): string[] {
  return parts.flatMap(({ commands }) =>
    commands.flatMap(([name = '', ...words]) => {
      const spec = specs.get(name);
      return [name, ...(spec === undefined ? [] : readWords(spec, words).path)];
    }),
  );
}

/** What the literal commands of a line name, as far as the specs of their programs tell. */
export function thingsOf(parts: readonly Part[], specs: SpecBook): NamedThing[] {
  const things: NamedThing[] = [];
  for (const { commands, isLiteral } of parts) {
    if (!isLiteral) continue;
    for (const [name = '', ...words] of commands) {
      const spec = specs.get(name);
      if (spec?.things === undefined) continue;
      const plain = readWords(spec, words);
      const path = plain.path.join(' ');
      for (const rule of spec.things) {
        if (!Object.hasOwn(rule.verbs, path) && rule.options.length === 0) continue;
        const values = [...rule.values, ...rule.scope];
        collect(name, rule, values.length === 0 ? plain : readWords(spec, words, values), things);
      }
    }
  }
  return things;
}

function collect(program: string, rule: ThingRule, read: ReadWords, into: NamedThing[]): void {
  const path = read.path.join(' ');
  const count = Object.hasOwn(rule.verbs, path) ? rule.verbs[path] : undefined;
  const operands = count === undefined ? [] : count === 'all' ? read.operands : read.operands.slice(0, count);
  const named = [
    ...(rule.type === undefined
      ? operands.map((word) => ({ word, type: '' }))
      : typedNames(operands, rule.type)),
    ...rule.options.flatMap((option) => read.values.get(option) ?? []).map((word) => ({ word, type: '' })),
  ];
  for (const { word, type } of named) {
    const said = type === '' ? word : word.slice(word.lastIndexOf('/') + 1);
    const name = rule.pattern === undefined ? said : new RegExp(`^(?:${rule.pattern})$`).exec(said)?.[1];
    // A pattern or a list is not a name, and `-` is none.
    if (name === undefined || !/^[\w.:@%+][\w.:@%+/#-]*$/.test(name)) continue;
    into.push({
      kind: type === '' ? rule.kind : type,
      word,
      name,
      listing: {
        argv: rule.list.flatMap((part) => fill(part, { program, type, scope: scopeOf(rule, read) })),
        parse: rule.parse,
        isPrefix: rule.isPrefix,
      },
    });
  }
}

/** `deploy/web svc/db`, `deploy web api`, or `web` of the type that is meant where none is said. */
function typedNames(operands: readonly string[], otherwise: string): { word: string; type: string }[] {
  if (operands.some((word) => word.includes('/'))) {
    return operands.flatMap((word) => {
      const slash = word.indexOf('/');
      return slash > 0 ? [{ word, type: word.slice(0, slash) }] : [];
    });
  }
  const [first, ...rest] = operands;
  const type = otherwise === '' ? first : otherwise;
  // Several types at once (`pods,svc`) take no names.
  if (type === undefined || !/^[A-Za-z][\w.-]*$/.test(type)) return [];
  return (otherwise === '' ? rest : operands).map((word) => ({ word, type }));
}

function scopeOf({ scope }: ThingRule, { values }: ReadWords): string[] {
  return scope.flatMap((option) => (values.get(option) ?? []).map((value) => `${option}=${value}`));
}

function fill(part: string, given: { program: string; type: string; scope: string[] }): string[] {
  if (part === '{scope}') return given.scope;
  return [part.replace('{program}', given.program).replace('{type}', given.type)];
}
