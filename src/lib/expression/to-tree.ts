import { BINARY_OPERATORS, type ExpressionTree, MACROS } from '../../protocol/expression-tree.ts';

/** Of the library's syntax tree, as much as is read here. */
interface Node {
  op: string;
  args: unknown;
}

/** null where an expression uses what evaluateTree does not know: it goes on being read by the library. */
export function toTree(ast: Node): ExpressionTree | null {
  const { op, args } = ast;
  switch (op) {
    case 'value':
      return literal(args);
    case 'id':
      return ['id', String(args)];
    case '.': {
      const [of, field] = args as [Node, string];
      return build([of], ([tree]) => ['.', tree, field]);
    }
    case '[]':
      return build(args as Node[], ([of, index]) => ['[]', of, index]);
    case '&&':
    case '||':
      return build(args as Node[], ([left, right]) => [op, left, right]);
    case '?:':
      return build(args as Node[], ([condition, yes, no]) => ['?:', condition, yes, no]);
    case '!_':
    case '-_':
      return build([args as Node], ([of]) => ['unary', op === '!_' ? '!' : '-', of]);
    case 'list':
      return build(args as Node[], (elements) => ['list', elements]);
    case 'map': {
      const entries = args as [Node, Node][];
      return build(entries.flat(), (trees) => [
        'map',
        entries.map((_, index) => [at(trees, 2 * index), at(trees, 2 * index + 1)]),
      ]);
    }
    case 'call': {
      const [name, given] = args as [string, Node[]];
      return name === 'has' ? has(given) : build(given, (trees) => ['call', 'function', name, trees]);
    }
    case 'rcall': {
      const [name, receiver, given] = args as [string, Node, Node[]];
      const macro = MACROS.find((known) => known === name);
      if (macro === undefined) return build([receiver, ...given], (trees) => ['call', 'method', name, trees]);
      const [element, ...steps] = given;
      return build([receiver, ...steps], ([list, ...trees]) => {
        const filter = trees.length > 1 ? at(trees, 0) : null;
        return ['each', macro, list, String(element?.args), at(trees, trees.length - 1), filter];
      });
    }
    default: {
      const operator = BINARY_OPERATORS.find((known) => known === op);
      if (operator === undefined) return null;
      return build(args as Node[], ([left, right]) => ['binary', operator, left, right]);
    }
  }
}

function literal(value: unknown): ExpressionTree | null {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? ['int', Number(value)] : null;
  const isPlain = value === null || typeof value === 'string' || typeof value === 'boolean';
  if (isPlain || (typeof value === 'number' && Number.isFinite(value))) return ['value', value];
  return null;
}

function has(given: readonly Node[]): ExpressionTree | null {
  const tree = given[0] === undefined ? null : toTree(given[0]);
  return tree?.[0] === '.' ? ['has', tree[1], tree[2]] : null;
}

type Some = [ExpressionTree, ExpressionTree, ExpressionTree, ...ExpressionTree[]];

/** The parser made sure that there are as many as `make` takes. */
function build(parts: readonly Node[], make: (trees: Some) => ExpressionTree): ExpressionTree | null {
  const trees: ExpressionTree[] = [];
  for (const part of parts) {
    const tree = toTree(part);
    if (tree === null) return null;
    trees.push(tree);
  }
  return make(trees as Some);
}

function at(trees: readonly ExpressionTree[], index: number): ExpressionTree {
  return trees[index] as ExpressionTree;
}
