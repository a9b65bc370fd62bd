import type { BinaryOperator, ExpressionTree, Macro } from '../../protocol/expression-tree.ts';
import { isRecord } from '../is-record.ts';
import { OWN_FUNCTIONS } from './functions.ts';

/**
 * The library says what an expression means. Here is what it says about data of the types that an expression was written
 * for; everything else, every error above all, throws, and the caller asks the library. So an answer of this one is the
 * library's, or there is none. Property tests hold it to that.
 */
export function evaluateTree(tree: ExpressionTree, values: Readonly<Record<string, unknown>>): unknown {
  return run(tree, { values, outer: null });
}

/** The names in force: those that were given, and inside them the elements that macros go through. */
interface Scope {
  values: Readonly<Record<string, unknown>>;
  outer: Scope | null;
}

/** There is no answer here. The library's error, or its answer, is what counts; this one is never shown. */
class Unanswered extends Error {}

function run(tree: ExpressionTree, scope: Scope): unknown {
  switch (tree[0]) {
    case 'value':
      return tree[1];
    case 'int':
      return BigInt(tree[1]);
    case 'id':
      return lookUp(tree[1], scope);
    case '.':
      return present(fieldOf(run(tree[1], scope), tree[2]));
    case '[]':
      return elementOf(run(tree[1], scope), run(tree[2], scope));
    case 'has':
      return hasField(run(tree[1], scope), tree[2]);
    case '&&':
      return isTrue(tree[1], scope) && isTrue(tree[2], scope);
    case '||':
      return isTrue(tree[1], scope) || isTrue(tree[2], scope);
    case '?:':
      return run(isTrue(tree[1], scope) ? tree[2] : tree[3], scope);
    case 'binary':
      return operate(tree[1], run(tree[2], scope), run(tree[3], scope));
    case 'unary':
      return tree[1] === '!' ? !isTrue(tree[2], scope) : negate(run(tree[2], scope));
    case 'list':
      return tree[1].map((element) => run(element, scope));
    case 'map':
      return Object.fromEntries(tree[1].map(([key, value]) => [keyOf(run(key, scope)), run(value, scope)]));
    case 'call':
      return call(
        tree[1],
        tree[2],
        tree[3].map((argument) => run(argument, scope)),
      );
    case 'each':
      return goThrough(tree[1], run(tree[2], scope), stepsOf(tree, scope));
  }
}

function lookUp(name: string, scope: Scope): unknown {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    if (Object.hasOwn(at.values, name)) return present(at.values[name]);
  }
  throw new Unanswered(name);
}

function present(value: unknown): unknown {
  if (value === undefined) throw new Unanswered();
  return value;
}

function fieldOf(value: unknown, field: string): unknown {
  if (!isRecord(value)) throw new Unanswered(field);
  return Object.hasOwn(value, field) ? value[field] : undefined;
}

function elementOf(value: unknown, index: unknown): unknown {
  if (typeof index === 'string') return present(fieldOf(value, index));
  if (Array.isArray(value) && typeof index === 'bigint') return present(value[Number(index)]);
  throw new Unanswered();
}

function hasField(value: unknown, field: string): boolean {
  return fieldOf(value, field) !== undefined;
}

function keyOf(key: unknown): string {
  if (typeof key !== 'string' || key === '__proto__') throw new Unanswered();
  return key;
}

/** What `&&` and `||` make of an error on one side is the library's to say. */
function isTrue(tree: ExpressionTree, scope: Scope): boolean {
  const value = run(tree, scope);
  if (typeof value !== 'boolean') throw new Unanswered();
  return value;
}

function negate(value: unknown): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return -value;
  throw new Unanswered();
}

function operate(operator: BinaryOperator, left: unknown, right: unknown): unknown {
  switch (operator) {
    case '==':
      return isEqual(left, right);
    case '!=':
      return !isEqual(left, right);
    case 'in':
      return isIn(left, right);
    case '+':
      if (typeof left === 'string' && typeof right === 'string') return left + right;
      if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
      break;
  }
  if (typeof left === 'bigint' && typeof right === 'bigint') return operateOnIntegers(operator, left, right);
  const isNumeric = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';
  if (isNumeric(left) && isNumeric(right)) return operateOnDoubles(operator, Number(left), Number(right));
  throw new Unanswered();
}

function operateOnDoubles(operator: BinaryOperator, left: number, right: number): number | boolean {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      throw new Unanswered();
  }
}

/** Small ones only: what does not fit is an error. */
function operateOnIntegers(operator: BinaryOperator, left: bigint, right: bigint): bigint | boolean {
  const [a, b] = [Number(left), Number(right)];
  const result = operateOnDoubles(operator, a, b);
  if (typeof result === 'boolean') return result;
  if ((operator === '/' || operator === '%') && b === 0) throw new Unanswered();
  const whole = Math.trunc(result);
  if (![a, b, whole].every(Number.isSafeInteger)) throw new Unanswered();
  return BigInt(whole);
}

/** Of what is no list and no map. */
function isEqual(left: unknown, right: unknown): boolean {
  if (isCompound(left) || isCompound(right)) throw new Unanswered();
  if (typeof left === typeof right) return left === right;
  const isMixed = typeof left === 'bigint' || typeof right === 'bigint';
  return isMixed && typeof left !== 'string' && typeof right !== 'string' && isSameNumber(left, right);
}

function isSameNumber(left: unknown, right: unknown): boolean {
  const isNumeric = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';
  return isNumeric(left) && isNumeric(right) && Number(left) === Number(right);
}

function isCompound(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isIn(value: unknown, container: unknown): boolean {
  if (Array.isArray(container)) return container.some((element) => isEqual(value, element));
  if (isRecord(container) && typeof value === 'string') return hasField(container, value);
  throw new Unanswered();
}

interface Steps {
  step(element: unknown): unknown;
  isWanted(element: unknown): boolean;
  isTrue(element: unknown): boolean;
}

function stepsOf(tree: Extract<ExpressionTree, [op: 'each', ...unknown[]]>, scope: Scope): Steps {
  const [, , , name, step, filter] = tree;
  const inside = (element: unknown): Scope => ({ values: { [name]: element }, outer: scope });
  return {
    step: (element) => run(step, inside(element)),
    isWanted: (element) => filter === null || isTrue(filter, inside(element)),
    isTrue: (element) => isTrue(step, inside(element)),
  };
}

function goThrough(macro: Macro, list: unknown, { step, isWanted, isTrue }: Steps): unknown {
  if (!Array.isArray(list)) throw new Unanswered();
  switch (macro) {
    case 'all':
      return list.every(isTrue);
    case 'exists':
      return list.some(isTrue);
    case 'exists_one':
      return list.filter(isTrue).length === 1;
    case 'filter':
      return list.filter(isTrue);
    case 'map':
      return list.filter(isWanted).map(step);
  }
}

type Handler = (...args: never[]) => unknown;

/** Of CEL's own functions, those that the shipped expressions use, by signature without what they give. */
const CEL_FUNCTIONS: Readonly<Record<string, Handler>> = {
  'size(string)': (text: string) => BigInt([...text].length),
  'size(list)': (list: unknown[]) => BigInt(list.length),
  'size(map)': (map: object) => BigInt(Object.keys(map).length),
  'int(int)': (value: bigint) => value,
  'int(double)': (value: number) => BigInt(Math.trunc(value)),
  'double(int)': (value: bigint) => Number(value),
  'double(double)': (value: number) => value,
  'string(string)': (text: string) => text,
  'string(bool)': (value: boolean) => String(value),
  'string(int)': (value: bigint) => String(value),
  'string(double)': (value: number) => String(value),
  'string.contains(string)': (text: string, part: string) => text.includes(part),
  'string.startsWith(string)': (text: string, part: string) => text.startsWith(part),
  'string.endsWith(string)': (text: string, part: string) => text.endsWith(part),
  'string.trim()': (text: string) => text.trim(),
  'string.indexOf(string)': (text: string, part: string) => BigInt(text.indexOf(part)),
  'string.split(string)': (text: string, by: string) => text.split(by),
};

let handlers: ReadonlyMap<string, Handler> | undefined;

/** By the types of the arguments, as CEL chooses; what throws is an error of the expression. */
function call(kind: 'function' | 'method', name: string, args: readonly unknown[]): unknown {
  handlers ??= new Map([
    ...Object.entries(CEL_FUNCTIONS),
    ...Object.entries(OWN_FUNCTIONS).map(
      ([signature, handler]) => [signature.slice(0, signature.lastIndexOf(':')), handler] as const,
    ),
  ]);
  const types = args.map(typeOf);
  const [receiver, ...rest] = types;
  const signature =
    kind === 'method' ? `${receiver}.${name}(${rest.join(', ')})` : `${name}(${types.join(', ')})`;
  const handler = handlers.get(signature);
  if (handler === undefined) throw new Unanswered(signature);
  return handler(...(args as never[]));
}

function typeOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      if (Number.isFinite(value)) return 'double';
      throw new Unanswered();
    default:
      if (Array.isArray(value)) return 'list';
      return isRecord(value) ? 'map' : 'null';
  }
}
