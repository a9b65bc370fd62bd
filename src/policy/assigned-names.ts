import { isFreeVariable } from './free-variable.ts';
import type { CommandNode, List, Word } from './tree.ts';

/** Every variable that a command may set in the shell it runs in. */
export function assignedNames(node: CommandNode): Set<string> {
  const names = new Set<string>();
  fromNode(node, names);
  return names;
}

function fromList(list: List, names: Set<string>): void {
  for (const item of list.items) {
    for (const { pipeline } of item.parts) for (const stage of pipeline.stages) fromNode(stage.node, names);
  }
}

function fromNode(node: CommandNode, names: Set<string>): void {
  switch (node.kind) {
    case 'simple':
      if (node.words.length === 0) for (const { name } of node.assignments) names.add(name);
      addReadTargets(node.words, names);
      return;
    case 'group':
    case 'subshell':
      fromList(node.body, names);
      return;
    case 'inner':
      return;
    case 'if':
      for (const { test, body } of node.branches) {
        fromList(test, names);
        fromList(body, names);
      }
      if (node.otherwise !== null) fromList(node.otherwise, names);
      return;
    case 'case':
      for (const { body } of node.items) if (body !== null) fromList(body, names);
      return;
    case 'for':
      names.add(node.name);
      fromList(node.body, names);
      return;
    case 'while':
      fromList(node.test, names);
      fromList(node.body, names);
      return;
  }
}

/** `read` may stand behind a wrapper: any word after it could be its target. */
function addReadTargets(words: readonly Word[], names: Set<string>): void {
  const texts = words.flatMap((word) =>
    word.pieces.flatMap((piece) => (piece.kind === 'text' ? [piece.value] : [])),
  );
  if (!texts.includes('read')) return;
  for (const text of [...texts, 'REPLY']) if (isFreeVariable(text)) names.add(text);
}
