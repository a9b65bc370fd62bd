import type { ExpressionTree, ExpressionTrees } from '../protocol/expression-tree.ts';
import { evaluateTree } from './expression/evaluate-tree.ts';
import type { Library } from './expression/library.ts';
import { toPlain, toText } from './expression/plain-value.ts';
import { splitTemplate } from './expression/split-template.ts';

/**
 * Expressions of operators (CEL). They are compiled when a file loads, so that a misspelt name is an error there and not a
 * rule that silently never matches. Values go in and come out as plain JSON data.
 *
 * Numbers: data is double, literals and size() are int, and the two mix in every operator; `int / int` is integer
 * division as CEL says. Nothing here reads the clock, so the same values give the same answer.
 */
export interface Expression {
  readonly source: string;
  /** Plain JSON data. Rejects with ExpressionError for what CEL cannot answer (a missing key, `null >= 3`). */
  evaluate(values: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** Text with `{cel}` parts; `{{` and `}}` are literal braces. */
export interface Template {
  readonly source: string;
  render(values: Readonly<Record<string, unknown>>): Promise<string>;
  /** Each part's value by itself, for callers that must judge what was filled in. */
  fill(values: Readonly<Record<string, unknown>>): Promise<{ text: string; isLiteral: boolean }[]>;
}

/** Keeps the set-up that all expressions share; for callers with more than one of them. */
export interface ExpressionCompiler {
  /**
   * @param variables names that may be used; their types are known only at run time. Rejects with ExpressionError for
   *   syntax, unknown names and unknown functions.
   */
  compile(source: string, variables: readonly string[]): Promise<Expression>;
  compileTemplate(source: string, variables: readonly string[]): Promise<Template>;
}

type Compile = ExpressionCompiler['compile'];

/** The library is loaded by the first expression that needs it. */
export function createExpressionCompiler(): ExpressionCompiler {
  const library = loadOnce();
  return compilerOf(async (source, variables) => {
    const compiled = await (await library()).compile(source, variables);
    return { source, evaluate: async (values) => compiled.evaluate(values) };
  });
}

/** For expressions whose trees were made at build, from the same file: neither read nor checked again. */
export function withTrees(
  compiler: ExpressionCompiler,
  trees: ExpressionTrees | undefined,
): ExpressionCompiler {
  if (trees === undefined) return compiler;
  return compilerOf(async (source, variables) => {
    if (!Object.hasOwn(trees, source)) return compiler.compile(source, variables);
    const tree = trees[source] as ExpressionTree;
    const evaluate: Expression['evaluate'] = async (values) => {
      try {
        return toPlain(evaluateTree(tree, values));
      } catch {
        return (await compiler.compile(source, variables)).evaluate(values);
      }
    };
    return { source, evaluate };
  });
}

/** Puts the tree of everything it compiles into `trees`, except for what only the library can answer. */
export function keepTrees(trees: Record<string, ExpressionTree>): ExpressionCompiler {
  const library = loadOnce();
  return compilerOf(async (source, variables) => {
    const compiled = await (await library()).compile(source, variables);
    const tree = compiled.tree();
    if (tree !== null) trees[source] = tree;
    return { source, evaluate: async (values) => compiled.evaluate(values) };
  });
}

export async function compileExpression(source: string, variables: readonly string[]): Promise<Expression> {
  return createExpressionCompiler().compile(source, variables);
}

export async function compileTemplate(source: string, variables: readonly string[]): Promise<Template> {
  return createExpressionCompiler().compileTemplate(source, variables);
}

function loadOnce(): () => Promise<Library> {
  let library: Promise<Library> | undefined;
  return () => {
    library ??= import('./expression/library.ts').then(({ createLibrary }) => createLibrary());
    return library;
  };
}

function compilerOf(compile: Compile): ExpressionCompiler {
  return { compile, compileTemplate: (source, variables) => fillable(compile, source, variables) };
}

async function fillable(compile: Compile, source: string, variables: readonly string[]): Promise<Template> {
  const parts: (string | Expression)[] = [];
  for (const { text, isCode } of splitTemplate(source)) {
    parts.push(isCode ? await compile(text, variables) : text);
  }
  const fill: Template['fill'] = (values) =>
    Promise.all(
      parts.map(async (part) =>
        typeof part === 'string'
          ? { text: part, isLiteral: true }
          : { text: toText(await part.evaluate(values)), isLiteral: false },
      ),
    );
  return {
    source,
    fill,
    render: async (values) => (await fill(values)).map(({ text }) => text).join(''),
  };
}
