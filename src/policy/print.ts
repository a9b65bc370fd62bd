import type { AndOr, CommandNode, List, Piece, Pipeline, Redirect, Stage, Word } from './tree.ts';

/** Bash text for a tree, every literal in single quotes. Parsing it again gives the same tree. */
export function printList(list: List): string {
  return list.items.map(printAndOr).join('; ');
}

/** The words of a tree that is nothing but one command of literals, else undefined. */
export function literalArgv(list: List): string[] | undefined {
  const [item] = list.items;
  const [part] = item?.parts ?? [];
  const [stage] = part?.pipeline.stages ?? [];
  if (list.items.length !== 1 || item?.parts.length !== 1 || part?.pipeline.stages.length !== 1)
    return undefined;
  if (part.pipeline.isNegated || part.pipeline.isTimed || stage === undefined) return undefined;
  if (stage.node.kind !== 'simple' || stage.redirects.length > 0 || stage.node.assignments.length > 0) {
    return undefined;
  }
  const argv: string[] = [];
  for (const word of stage.node.words) {
    const [piece] = word.pieces;
    if (word.pieces.length !== 1 || piece?.kind !== 'text') return undefined;
    argv.push(piece.value);
  }
  return argv;
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function printAndOr(item: AndOr): string {
  return item.parts
    .map(({ operator, pipeline }, i) => (i === 0 ? '' : ` ${operator} `) + printPipeline(pipeline))
    .join('');
}

function printPipeline(pipeline: Pipeline): string {
  const time = pipeline.isTimed ? 'time ' : '';
  const not = pipeline.isNegated ? '! ' : '';
  return time + not + pipeline.stages.map(printStage).join(' | ');
}

function printStage(stage: Stage): string {
  return [printNode(stage.node), ...stage.redirects.map(printRedirect)].join(' ');
}

function printNode(node: CommandNode): string {
  switch (node.kind) {
    case 'simple':
      return [
        ...node.assignments.map((a) => `${a.name}=${printWord(a.value)}`),
        ...node.words.map(printWord),
      ].join(' ');
    case 'group':
      return `{ ${printList(node.body)}; }`;
    case 'subshell':
      return `( ${printList(node.body)} )`;
    case 'inner':
      return `${node.program} -c ${quote(printList(node.body))}`;
    case 'if': {
      const branches = node.branches.map((b) => `if ${printList(b.test)}; then ${printList(b.body)}; `);
      const otherwise = node.otherwise === null ? '' : `else ${printList(node.otherwise)}; `;
      return `${branches.join('el')}${otherwise}fi`;
    }
    case 'case': {
      const items = node.items.map(({ patterns, body }) => {
        const choices = patterns.map(printWord).join('|');
        return `(${choices}) ${body === null ? '' : printList(body)} ;; `;
      });
      return `case ${printWord(node.word)} in ${items.join('')}esac`;
    }
    case 'for':
      return `for ${node.name} in ${node.words.map(printWord).join(' ')}; do ${printList(node.body)}; done`;
    case 'while':
      return `${node.isUntil ? 'until' : 'while'} ${printList(node.test)}; do ${printList(node.body)}; done`;
  }
}

function printRedirect(redirect: Redirect): string {
  switch (redirect.kind) {
    case 'duplicate':
      return `${redirect.from}>&${redirect.to}`;
    case 'output': {
      const operator = `${redirect.from === 'both' ? '&' : redirect.from}>${redirect.isAppend ? '>' : ''}`;
      return `${operator}${printWord(redirect.target)}`;
    }
    case 'input':
      return `<${printWord(redirect.target)}`;
    case 'text':
      return `<<<${printWord(redirect.value)}`;
  }
}

function printWord(word: Word): string {
  return word.pieces.map(printPiece).join('');
}

function printPiece(piece: Piece): string {
  switch (piece.kind) {
    case 'text':
      return quote(piece.value);
    case 'glob':
      return piece.value;
    case 'variable':
      return piece.isQuoted ? `"\${${piece.name}}"` : `\${${piece.name}}`;
    case 'default': {
      const text = `\${${piece.name}${piece.isEmptyToo ? ':' : ''}-${piece.text}}`;
      return piece.isQuoted ? `"${text}"` : text;
    }
    case 'substitution':
      // The space keeps `$( (` apart from arithmetic.
      return piece.isQuoted ? `"$( ${printList(piece.body)} )"` : `$( ${printList(piece.body)} )`;
    case 'process':
      return `<( ${printList(piece.body)} )`;
    case 'number':
      return `"${piece.source}"`;
  }
}
