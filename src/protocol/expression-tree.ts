/** An expression that the library has read and checked, as JSON: what is shipped is read at build and not at each start. */
export type ExpressionTree =
  | [op: 'value', value: string | number | boolean | null]
  /** Within the safe integers of JavaScript. */
  | [op: 'int', value: number]
  | [op: 'id', name: string]
  | [op: '.', of: ExpressionTree, field: string]
  | [op: '[]', of: ExpressionTree, index: ExpressionTree]
  | [op: 'has', of: ExpressionTree, field: string]
  | [op: '&&' | '||', left: ExpressionTree, right: ExpressionTree]
  | [op: '?:', condition: ExpressionTree, yes: ExpressionTree, no: ExpressionTree]
  | [op: 'binary', operator: BinaryOperator, left: ExpressionTree, right: ExpressionTree]
  | [op: 'unary', operator: '!' | '-', of: ExpressionTree]
  | [op: 'list', elements: ExpressionTree[]]
  | [op: 'map', entries: [key: ExpressionTree, value: ExpressionTree][]]
  /** A method's first argument is what stands before the point. */
  | [op: 'call', kind: 'function' | 'method', name: string, args: ExpressionTree[]]
  /** `list.map(element, step)`, and `list.map(element, filter, step)`. */
  | [
      op: 'each',
      macro: Macro,
      list: ExpressionTree,
      element: string,
      step: ExpressionTree,
      filter: ExpressionTree | null,
    ];

export const BINARY_OPERATORS = ['==', '!=', 'in', '+', '-', '*', '/', '%', '<', '<=', '>', '>='] as const;
export type BinaryOperator = (typeof BINARY_OPERATORS)[number];

export const MACROS = ['all', 'exists', 'exists_one', 'filter', 'map'] as const;
export type Macro = (typeof MACROS)[number];

/** Of one file, by source. */
export type ExpressionTrees = Readonly<Record<string, ExpressionTree>>;
