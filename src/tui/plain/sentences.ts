/** Text that streams, as it is spoken: by whole sentences and lines, so that nothing that was said has to change. */
export interface Flow {
  /** Came, and is not the end of a sentence yet. */
  rest: string;
  isAtLineStart: boolean;
  isInCode: boolean;
}

export const STILL: Flow = { rest: '', isAtLineStart: true, isInCode: false };

/** A sentence ends before a blank; the marks of Chinese and Japanese need none. */
const SENTENCE_END = /[.!?…]["')\]*_`]*(?=[ \t])|[。！？]/g;

/** What can be said now. However the text is cut into pieces, the same is said in all. */
export function hear(flow: Flow, text: string): { flow: Flow; said: string } {
  let state = { ...flow, rest: flow.rest + text };
  let said = '';
  for (let end = endOfPiece(state); end > 0; end = endOfPiece(state)) {
    const piece = state.rest.slice(0, end);
    const spoken = speak(state, piece);
    said += spoken.said;
    state = { ...spoken.flow, rest: state.rest.slice(end) };
  }
  return { flow: state, said };
}

/** No more comes. */
export function hush(flow: Flow): string {
  return flow.rest === '' ? '' : speak(flow, flow.rest).said;
}

function endOfPiece({ rest, isInCode, isAtLineStart }: Flow): number {
  const lineEnd = rest.indexOf('\n') + 1;
  const line = lineEnd === 0 ? rest : rest.slice(0, lineEnd);
  // Whether a line opens code is known when it is whole.
  if (isInCode || (isAtLineStart && /^\s*(?:`|$)/.test(line))) return lineEnd;
  SENTENCE_END.lastIndex = 0;
  const match = SENTENCE_END.exec(line);
  return match === null ? lineEnd : match.index + match[0].length;
}

function speak(flow: Flow, piece: string): { flow: Flow; said: string } {
  const isAtLineStart = piece.endsWith('\n');
  const fence = flow.isAtLineStart ? /^\s*```+\s*([\w+-]*)\s*$/.exec(piece) : null;
  if (fence !== null) {
    const language = fence[1] === '' ? '' : `, ${fence[1]}`;
    const said = flow.isInCode ? 'End of code.\n' : `Code${language}:\n`;
    return { flow: { rest: '', isAtLineStart: true, isInCode: !flow.isInCode }, said };
  }
  const said = flow.isInCode ? piece : withoutMarks(piece, flow.isAtLineStart);
  return { flow: { ...flow, isAtLineStart }, said };
}

/** Marks of Markdown that say nothing when they are read aloud. */
function withoutMarks(piece: string, isAtLineStart: boolean): string {
  const bare = isAtLineStart ? piece.replace(/^#{1,6} +/, '').replace(/^(\s*)[*+] /, '$1- ') : piece;
  return bare.replaceAll('**', '').replaceAll('`', '');
}
