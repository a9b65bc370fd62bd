import type { CommandNode, List, Piece, Redirect, Stage, Word } from './tree.ts';

/** A tree as indented lines for people. What runs is print.ts's text, never this. */
export function outlineList(list: List, indent = ''): string[] {
  return list.items.flatMap((item) =>
    item.parts.flatMap(({ operator, pipeline }, i) => {
      const before = `${i === 0 ? '' : `${operator} `}${pipeline.isNegated ? '! ' : ''}${pipeline.isTimed ? 'time ' : ''}`;
      return pipeline.stages.flatMap((stage, j) => outlineStage(stage, indent, j === 0 ? before : '| '));
    }),
  );
}

/** One command, or what stands in for it, as people would type it. */
export function describeNode(node: CommandNode): string {
  switch (node.kind) {
    case 'simple':
      return [
        ...node.assignments.map(({ name, value }) => `${name}=${describeWord(value)}`),
        ...node.words.map(describeWord),
      ].join(' ');
    case 'group':
      return '{ … }';
    case 'subshell':
      return '( … )';
    case 'inner':
      return `${node.program} -c '…'`;
    case 'if':
      return 'if …';
    case 'case':
      return `case ${describeWord(node.word)} in …`;
    case 'for':
      return `for ${node.name} in ${node.words.map(describeWord).join(' ')}`;
    case 'while':
      return node.isUntil ? 'until …' : 'while …';
  }
}

export function describeRedirect(redirect: Redirect): string {
  switch (redirect.kind) {
    case 'duplicate':
      return `${redirect.from}>&${redirect.to}`;
    case 'output': {
      const from = redirect.from === 'both' ? '&' : redirect.from === 1 ? '' : redirect.from;
      return `${from}>${redirect.isAppend ? '>' : ''} ${describeWord(redirect.target)}`;
    }
    case 'input':
      return `< ${describeWord(redirect.target)}`;
    case 'text':
      return `<<< ${describeWord(redirect.value)}`;
  }
}

function outlineStage(stage: Stage, indent: string, before: string): string[] {
  const { node } = stage;
  const deeper = `${indent}  `;
  const lines = [`${indent}${before}${describeNode(node)}`, ...outlineBody(node, indent)];
  for (const redirect of stage.redirects) {
    lines.push(`${deeper}${describeRedirect(redirect)}`);
    if (redirect.kind !== 'duplicate') {
      lines.push(...outlineInner(redirect.kind === 'text' ? redirect.value : redirect.target, deeper));
    }
  }
  return lines;
}

function outlineBody(node: CommandNode, indent: string): string[] {
  const deeper = `${indent}  `;
  switch (node.kind) {
    case 'simple':
      return [...node.assignments.map(({ value }) => value), ...node.words].flatMap((word) =>
        outlineInner(word, deeper),
      );
    case 'group':
    case 'subshell':
    case 'inner':
      return outlineList(node.body, deeper);
    case 'if': {
      const branches = node.branches.flatMap(({ test, body }) => [
        ...outlineList(test, deeper),
        `${indent}then`,
        ...outlineList(body, deeper),
      ]);
      return node.otherwise === null
        ? branches
        : [...branches, `${indent}else`, ...outlineList(node.otherwise, deeper)];
    }
    case 'case':
      return [
        ...outlineInner(node.word, deeper),
        ...node.items.flatMap(({ patterns, body }) => [
          `${indent}${patterns.map(describeWord).join(' | ')})`,
          ...(body === null ? [] : outlineList(body, deeper)),
        ]),
      ];
    case 'for':
      return [
        ...node.words.flatMap((word) => outlineInner(word, deeper)),
        `${indent}do`,
        ...outlineList(node.body, deeper),
      ];
    case 'while':
      return [...outlineList(node.test, deeper), `${indent}do`, ...outlineList(node.body, deeper)];
  }
}

/** Commands inside a word. */
function outlineInner(word: Word, indent: string): string[] {
  return word.pieces.flatMap((piece) =>
    piece.kind === 'substitution' || piece.kind === 'process'
      ? [
          `${indent}inside ${piece.kind === 'process' ? '<( … )' : '$( … )'}:`,
          ...outlineList(piece.body, `${indent}  `),
        ]
      : [],
  );
}

function describeWord(word: Word): string {
  return word.pieces.map(describePiece).join('');
}

function describePiece(piece: Piece): string {
  switch (piece.kind) {
    case 'text':
      return /^[\w@%+=:,./{}-]+$/.test(piece.value)
        ? piece.value
        : `'${piece.value.replaceAll("'", "'\\''")}'`;
    case 'glob':
      return piece.value;
    case 'variable':
      return piece.isQuoted ? `"$${piece.name}"` : `$${piece.name}`;
    case 'default':
      return `${piece.isQuoted ? '"' : ''}\${${piece.name}${piece.isEmptyToo ? ':' : ''}-${piece.text}}${piece.isQuoted ? '"' : ''}`;
    case 'substitution':
      return piece.isQuoted ? '"$( … )"' : '$( … )';
    case 'process':
      return '<( … )';
    case 'number':
      return piece.source;
  }
}
