import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shippedGoals, shippedProbes } from '../../src/app/shipped.ts';
import { compileProbe } from '../../src/context/load-probe.ts';
import { compileRule } from '../../src/context/match-rule.ts';
import { evaluateTree } from '../../src/lib/expression/evaluate-tree.ts';
import { createLibrary } from '../../src/lib/expression/library.ts';
import { toPlain } from '../../src/lib/expression/plain-value.ts';
import { createExpressionCompiler, keepTrees, withTrees } from '../../src/lib/expression.ts';
import { parseYaml } from '../../src/lib/yaml-file.ts';
import type { ExpressionTree } from '../../src/protocol/expression-tree.ts';

const library = createLibrary();
const UNANSWERED = Symbol('unanswered');

/** What both make of it; JSON, since data is. */
async function bothWays(source: string, values: Record<string, unknown>) {
  const compiled = await library.compile(source, Object.keys(values));
  const tree = compiled.tree();
  return {
    tree: tree === null ? UNANSWERED : attempt(() => toPlain(evaluateTree(roundTrip(tree), values))),
    library: attempt(() => compiled.evaluate(values)),
  };
}

function roundTrip(tree: ExpressionTree): ExpressionTree {
  return JSON.parse(JSON.stringify(tree)) as ExpressionTree;
}

function attempt(work: () => unknown): string | typeof UNANSWERED {
  try {
    return JSON.stringify(work());
  } catch {
    return UNANSWERED;
  }
}

/** Of every kind that the grammar has, over the names `a`, `b`, `r` and `items`, and as often wrong as right. */
const { source: anySource } = fc.letrec<{ source: string }>((tie) => {
  const part = tie('source');
  const text = fc.constantFrom('""', '"x"', '"12"', '"k"', '"ä😀"', '"1 GiB"');
  const name = fc.constantFrom('a', 'b', 'r', 'items', 'e');
  const number = fc.constantFrom('0', '1', '2', '7', '-3', '0.5', '2.0', '9007199254740993', '1e300');
  const leaf = fc.oneof(
    name,
    number,
    text,
    fc.constantFrom('true', 'false', 'null', '[]', '{}', 'r.k', 'r.n.k'),
  );
  const binary = fc
    .tuple(
      part,
      fc.constantFrom('==', '!=', 'in', '+', '-', '*', '/', '%', '<', '<=', '>', '>=', '&&', '||'),
      part,
    )
    .map(([left, operator, right]) => `(${left} ${operator} ${right})`);
  const unary = fc.tuple(fc.constantFrom('!', '-'), part).map(([operator, of]) => `${operator}(${of})`);
  const macro = fc
    .tuple(
      fc.constantFrom('items', 'r.l', 'a'),
      fc.constantFrom('all', 'exists', 'exists_one', 'filter', 'map'),
      part,
    )
    .map(([list, macroName, step]) => `${list}.${macroName}(e, ${step})`);
  const filtered = fc.tuple(part, part).map(([filter, step]) => `items.map(e, ${filter}, ${step})`);
  const call = fc
    .tuple(
      fc.constantFrom(
        ...['size', 'int', 'double', 'string', 'number', 'bytesOf', 'round', 'sizeText', 'durationText'],
        ...['min', 'max', 'sum', 'lower', 'flatten', 'merge', 'timeOf'],
      ),
      part,
    )
    .map(([called, argument]) => `${called}(${argument})`);
  const method = fc
    .tuple(part, fc.constantFrom('contains', 'startsWith', 'endsWith', 'indexOf', 'split'), part)
    .map(([of, called, argument]) => `(${of}).${called}(${argument})`);
  const bare = fc
    .tuple(part, fc.constantFrom('trim', 'lower', 'size'))
    .map(([of, called]) => `(${of}).${called}()`);
  return {
    source: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaf,
      ...[binary, binary, unary, macro, filtered, call, method, bare],
      fc.tuple(part, part, part).map(([condition, yes, no]) => `(${condition} ? ${yes} : ${no})`),
      fc.tuple(part, part).map(([of, index]) => `(${of})[${index}]`),
      fc.constantFrom('has(r.k)', 'has(r.n.k)', 'has(r.missing)', 'has(a.k)'),
      fc.array(part, { maxLength: 3 }).map((elements) => `[${elements.join(', ')}]`),
      fc.tuple(part, part).map(([first, second]) => `{"k": ${first}, "l": ${second}}`),
      fc.tuple(part, part).map(([list, by]) => `join(${list}, ${by})`),
    ),
  };
});

const anyScalar = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1, 2, 7, -3, 0.5, '', 'x', '12', 'k', 'x,k', '16 kB'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const anyValues = fc.record({
  a: fc.oneof(anyScalar, fc.array(anyScalar, { maxLength: 3 })),
  b: anyScalar,
  e: anyScalar,
  r: fc.record(
    {
      k: anyScalar,
      l: fc.array(anyScalar, { maxLength: 3 }),
      n: fc.oneof(anyScalar, fc.record({ k: anyScalar })),
    },
    { requiredKeys: ['k'] },
  ),
  items: fc.array(fc.oneof(anyScalar, fc.record({ k: anyScalar })), { maxLength: 4 }),
});

describe('a tree', () => {
  it('gives what the library gives, or nothing', async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(anySource, anyValues, async (source, values) => {
        const both = await bothWays(source, values).catch(() => null);
        if (both === null || both.tree === UNANSWERED) return;
        answered += 1;
        expect(both.tree).toBe(both.library);
      }),
      { numRuns: 4000 },
    );
    expect(answered).toBeGreaterThan(300);
  });

  it.each([
    ['a field that is not there', 'r.missing', { r: {} }],
    ['a comparison with nothing', 'a >= 3', { a: null }],
    ['an error that the other side makes good', 'r.missing > 1 || true', { r: {} }],
    ['two lists', 'a == []', { a: [] }],
    ['a key that JavaScript takes for something else', '{"__proto__": a}', { a: 1 }],
  ])('leaves %s to the library, with its answer or its error', async (_, source, values) => {
    const trees: Record<string, ExpressionTree> = {};
    await keepTrees(trees).compile(source, Object.keys(values));
    const tree = trees[source] as ExpressionTree;
    expect(() => evaluateTree(tree, values)).toThrow();
    const outcome = async (compiler: ReturnType<typeof createExpressionCompiler>) =>
      (await compiler.compile(source, Object.keys(values))).evaluate(values).catch(String);
    const plain = createExpressionCompiler();
    expect(await outcome(withTrees(plain, trees))).toEqual(await outcome(plain));
  });

  it('is not made of what only the library can do', async () => {
    const trees: Record<string, ExpressionTree> = {};
    await keepTrees(trees).compile('a.matches("x+")', ['a']);
    const matching = withTrees(createExpressionCompiler(), trees);
    expect(await (await matching.compile('a.matches("x+")', ['a'])).evaluate({ a: 'xx' })).toBe(true);
  });
});

describe('what is shipped', async () => {
  const probes = await shippedProbes();

  it.each(probes)(
    'probe $name finds in its examples by its trees what it finds by the library',
    async (spec) => {
      const path = join(import.meta.dirname, '../../context', basename(spec.source));
      const written = await compileProbe(path, (await parseYaml(path, await readFile(path, 'utf8'))).value);
      const facts = Object.keys(spec.facts);
      // A tree that does not answer would load the library, and is found out here.
      const onlyTrees = withTrees({ compile: refuse, compileTemplate: refuse }, spec.trees);
      for (const rule of written.rules) {
        const asked = await compileRule(onlyTrees, rule, facts);
        const told = await compileRule(createExpressionCompiler(), rule, facts);
        for (const example of rule.examples) {
          const known = { has: () => false };
          const answer = await asked.match(example.facts, 'host', known);
          expect(answer.error).toBeNull();
          expect(answer).toEqual(await told.match(example.facts, 'host', known));
        }
      }
    },
  );

  it('goals have trees of all that they expect', async () => {
    for (const { done, trees } of await shippedGoals()) {
      expect(Object.keys(trees ?? {})).toEqual(
        expect.arrayContaining(done.map(({ expect: source }) => source)),
      );
    }
  });
});

function refuse(source: string): never {
  throw new Error(`the library was asked for ${source}`);
}
