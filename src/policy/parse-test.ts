import type { Word as BashWord, TestExpression } from 'unbash';
import { oneWord, type ParseContext, refuse, textPiece } from './parse-words.ts';
import type { AndOr, CommandNode, Pipeline, Word } from './tree.ts';

const TEST_UNARY = /^-[defhnprsuwxzL]$/;
const TEST_BINARY = new Map([
  ['=', '='],
  ['==', '='],
  ['!=', '!='],
]);

/**
 * A part of parse.ts: `[[ … ]]` as the `test`s that mean the same. Nothing is split or expanded inside it. Comparisons of
 * numbers and `-v` evaluate their operands as code, patterns and `=~` have no such twin: refused.
 */
export function testCommand(expression: TestExpression, context: ParseContext): CommandNode {
  switch (expression.type) {
    case 'TestLogical': {
      const parts = expression.operands.map((operand, i): AndOr['parts'][number] => ({
        operator: i === 0 ? ';' : expression.operator,
        pipeline: alone(testCommand(operand, context)),
      }));
      return { kind: 'group', body: { items: [{ parts }] } };
    }
    case 'TestNot': {
      const pipeline = alone(testCommand(expression.operand, context));
      pipeline.isNegated = expression.negations.length % 2 === 1;
      return { kind: 'group', body: { items: [{ parts: [{ operator: ';', pipeline }] }] } };
    }
    case 'TestGroup':
      return testCommand(expression.expression, context);
    case 'TestUnary':
    case 'TestBinary':
      return singleTest(expression, context);
    default:
      return refuse('testcommand', 'The parser found an unknown kind of test.');
  }
}

function alone(node: CommandNode): Pipeline {
  return { isNegated: false, isTimed: false, stages: [{ node, redirects: [] }] };
}

function singleTest(
  expression: Extract<TestExpression, { type: 'TestUnary' | 'TestBinary' }>,
  context: ParseContext,
): CommandNode {
  const words: Word[] = [literalWord('test')];
  if (expression.type === 'TestUnary' && TEST_UNARY.test(expression.operator)) {
    words.push(literalWord(expression.operator), testOperand(expression.operand, context));
  } else if (expression.type === 'TestBinary' && TEST_BINARY.has(expression.operator)) {
    const operator = literalWord(TEST_BINARY.get(expression.operator) ?? '=');
    words.push(testOperand(expression.left, context), operator, testOperand(expression.right, context));
  } else refuse('testcommand', 'Only tests of files and texts are judged in [[ … ]]; use [ … ].');
  context.commands++;
  return { kind: 'simple', assignments: [], words };
}

function testOperand(node: BashWord, context: ParseContext): Word {
  const word = oneWord(node, context);
  if (word.pieces.some((piece) => piece.kind === 'glob' || piece.kind === 'process')) {
    refuse('testcommand', 'Patterns are not judged in [[ … ]].');
  }
  return { pieces: word.pieces.map((piece) => ('isQuoted' in piece ? { ...piece, isQuoted: true } : piece)) };
}

function literalWord(text: string): Word {
  return { pieces: [textPiece(text)] };
}
