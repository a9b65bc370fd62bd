import { type Token, tokensOf } from './tokens.ts';

/** What an expression is made of, as far as it says which options a module sets. */
export type Node =
  | { kind: 'set'; bindings: Binding[] }
  /** A function's last name, `mkIf` of `lib.mkIf`, and what it is given. */
  | { kind: 'apply'; name: string; args: Node[] }
  | { kind: 'list'; items: Node[] }
  /** Any of them, or all: both sides of `//`, both ends of a condition. */
  | { kind: 'any'; of: Node[] }
  | { kind: 'name'; name: string }
  | { kind: 'opaque' };

export interface Binding {
  /** null: known only when it is evaluated. */
  path: (string | null)[];
  line: number;
  value: Node;
  /** As it is written. */
  text: string;
}

const OPAQUE: Node = { kind: 'opaque' };
/** Deeper than anybody writes; what is nested more is not read. */
const DEEPEST = 200;

class Unread extends Error {}

/** Of a file that Nix itself has taken; what is around the value (arguments, `let`, `with`) is left out. null: not to be read. */
export function outlineOf(source: string): Node | null {
  const tokens = tokensOf(source);
  if (tokens === null) return null;
  try {
    const reader = createReader(source, tokens);
    const node = reader.expression();
    return reader.isAtEnd() ? node : null;
  } catch (error) {
    if (error instanceof Unread) return null;
    throw error;
  }
}

function createReader(source: string, tokens: readonly Token[]) {
  const last = tokens.at(-1) as Token;
  let next = 0;
  let depth = 0;
  const peek = (ahead = 0): Token => tokens[next + ahead] ?? last;
  const isMark = (value: string, ahead = 0): boolean =>
    peek(ahead).kind === 'mark' && peek(ahead).value === value;
  const isWord = (value: string): boolean => peek().kind === 'name' && peek().value === value;
  const take = (): Token => {
    const token = peek();
    next += 1;
    return token;
  };
  const expect = (value: string): void => {
    if (!isMark(value) && !isWord(value)) throw new Unread();
    next += 1;
  };

  function expression(): Node {
    depth += 1;
    if (depth > DEEPEST) throw new Unread();
    try {
      return inner();
    } finally {
      depth -= 1;
    }
  }

  function inner(): Node {
    if (isFunction()) {
      skipArgument();
      return expression();
    }
    if (isWord('let') && !isMark('{', 1)) {
      take();
      bindings('in');
      return expression();
    }
    if (isWord('with') || isWord('assert')) {
      take();
      expression();
      expect(';');
      return expression();
    }
    if (isWord('if')) {
      take();
      expression();
      expect('then');
      const then = expression();
      expect('else');
      return { kind: 'any', of: [then, expression()] };
    }
    return operation();
  }

  /** `name: …`, `{ a, b ? 1, ... }: …`, `name @ { … }: …`. */
  function isFunction(): boolean {
    if (peek().kind === 'name') return isMark(':', 1) || isMark('@', 1);
    if (!isMark('{')) return false;
    if (isMark('...', 1)) return true;
    if (isMark('}', 1)) return isMark(':', 2) || isMark('@', 2);
    return peek(1).kind === 'name' && [',', '?', '}'].some((mark) => isMark(mark, 2));
  }

  function skipArgument(): void {
    if (peek().kind === 'name') take();
    else skipFormals();
    if (isMark('@')) {
      take();
      if (isMark('{')) skipFormals();
      else take();
    }
    expect(':');
  }

  function skipFormals(): void {
    expect('{');
    while (!isMark('}')) {
      if (isMark('?')) {
        take();
        expression();
      } else if (peek().kind === 'end') throw new Unread();
      else take();
    }
    take();
  }

  /** Of operators only `//` says something about options. */
  function operation(): Node {
    const sides: Node[] = [];
    let isUnion = true;
    for (;;) {
      while (isMark('-') || isMark('!')) {
        isUnion = false;
        take();
      }
      // `a -> b: c` does not exist, but `x // (y: z)` and `x // let … in …` do.
      sides.push(
        isWord('let') || isWord('with') || isWord('if') || isFunction() ? expression() : application(),
      );
      if (isMark('?')) {
        isUnion = false;
        take();
        attributePath();
      }
      const operator = peek();
      if (operator.kind !== 'mark' || !OPERATORS.has(operator.value)) break;
      if (operator.value !== '//') isUnion = false;
      take();
    }
    if (sides.length === 1) return isUnion ? (sides[0] ?? OPAQUE) : OPAQUE;
    return isUnion ? { kind: 'any', of: sides } : OPAQUE;
  }

  function application(): Node {
    const head = selection();
    const args: Node[] = [];
    while (startsValue()) args.push(selection());
    if (args.length === 0) return head;
    return head.kind === 'name' ? { kind: 'apply', name: head.name, args } : OPAQUE;
  }

  function startsValue(): boolean {
    const { kind, value } = peek();
    if (kind === 'text' || kind === 'other') return true;
    if (kind === 'name') return value === 'rec' || !KEYWORDS.has(value);
    return kind === 'mark' && (value === '{' || value === '(' || value === '[');
  }

  function selection(): Node {
    let node = value();
    while (isMark('.')) {
      take();
      const path = attributePath();
      const name = path.at(-1);
      node = name === undefined || name === null || node.kind !== 'name' ? OPAQUE : { kind: 'name', name };
    }
    if (isWord('or')) {
      take();
      selection();
      return OPAQUE;
    }
    return node;
  }

  function value(): Node {
    const token = peek();
    if (token.kind === 'text' || token.kind === 'other') {
      take();
      return OPAQUE;
    }
    if (isWord('rec') && isMark('{', 1)) take();
    if (isWord('let')) {
      take();
      expect('{');
      bindings('}');
      return OPAQUE;
    }
    if (isMark('{')) {
      take();
      return { kind: 'set', bindings: bindings('}') };
    }
    if (isMark('(')) {
      take();
      const node = expression();
      expect(')');
      return node;
    }
    if (isMark('[')) {
      take();
      const items: Node[] = [];
      while (!isMark(']')) items.push(selection());
      take();
      return { kind: 'list', items };
    }
    if (token.kind !== 'name' || KEYWORDS.has(token.value)) throw new Unread();
    take();
    return { kind: 'name', name: token.value };
  }

  function bindings(end: '}' | 'in'): Binding[] {
    const all: Binding[] = [];
    for (;;) {
      if (end === 'in' ? isWord('in') : isMark(end)) break;
      if (isWord('inherit')) all.push(...inherited());
      else {
        const { line, start } = peek();
        const path = attributePath();
        expect('=');
        const node = expression();
        all.push({ path, line, value: node, text: source.slice(start, peek().stop) });
        expect(';');
      }
    }
    take();
    return all;
  }

  function inherited(): Binding[] {
    take();
    if (isMark('(')) value();
    const all: Binding[] = [];
    while (!isMark(';')) {
      const { line, value: text } = peek();
      all.push({ path: [attributeName()], line, value: OPAQUE, text });
    }
    take();
    return all;
  }

  function attributePath(): (string | null)[] {
    const path = [attributeName()];
    while (isMark('.')) {
      take();
      path.push(attributeName());
    }
    return path;
  }

  function attributeName(): string | null {
    if (isMark('${')) {
      take();
      expression();
      expect('}');
      return null;
    }
    const token = take();
    if (token.kind === 'text') return token.isDynamic ? null : token.value;
    if (token.kind !== 'name') throw new Unread();
    return token.value;
  }

  return { expression, isAtEnd: () => peek().kind === 'end' };
}

const OPERATORS = new Set([
  ...['//', '++', '+', '-', '*', '/', '==', '!=', '<', '>', '<=', '>=', '&&', '||', '->', '|>', '<|'],
]);
const KEYWORDS = new Set(['if', 'then', 'else', 'let', 'in', 'with', 'assert', 'inherit', 'rec', 'or']);
