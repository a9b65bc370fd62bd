import type { ModelDelta } from '../../protocol/model.ts';
import { type Cut, cutFinished } from '../markdown/cut.ts';
import type { Reply, Size, Transcript } from './state.ts';
import { add, addOpenable } from './transcript.ts';

const EMPTY: Reply = {
  printed: '',
  rest: '',
  head: '',
  skipWords: 0,
  join: 'apart',
  thinking: '',
  hasPrinted: false,
};

export function hearDelta(transcript: Transcript, delta: ModelDelta): Transcript {
  const reply = transcript.reply ?? EMPTY;
  if (delta.type === 'thinking') {
    return { ...transcript, reply: { ...reply, thinking: reply.thinking + delta.text } };
  }
  const told = reply.rest === '' && reply.printed === '' ? tellThinking(transcript, reply, null) : transcript;
  return { ...told, reply: { ...(told.reply ?? reply), rest: reply.rest + delta.text } };
}

/** Cuts off what is finished, and of what is not, whatever would not fit beside the prompt. */
export function settleReply(transcript: Transcript, size: Size): Transcript {
  const { reply } = transcript;
  if (reply === null || reply.rest === '') return transcript;
  return print(transcript, reply, cutFinished(reply, size));
}

/** The whole answer is here: `text` as the log has it, which may hold more or other words than what streamed. */
export function finishReply(
  transcript: Transcript,
  { text, thinking, seq }: { text: string; thinking: string; seq: number | null },
): Transcript {
  const streamed = transcript.reply ?? EMPTY;
  // Of an answer that streamed differently what was printed cannot be taken back: the log's words follow it.
  const isSame = text.startsWith(streamed.printed);
  const cut = isSame ? transcript : add(transcript, { kind: 'cut-answer', reason: 'here is what was kept' });
  const base = isSame ? streamed : EMPTY;
  const reply = { ...base, rest: text.slice(base.printed.length), thinking: thinking || streamed.thinking };
  const hadText = streamed.rest !== '' || streamed.printed !== '';
  const told = hadText ? { ...cut, reply } : tellThinking({ ...cut, reply }, reply, seq);
  return { ...printAll(told, told.reply ?? reply), reply: null };
}

/** Whatever came of it is all that will come. */
export function endReply(transcript: Transcript, reason: string | null = null): Transcript {
  const { reply } = transcript;
  if (reply === null) return transcript;
  const hasText = reply.rest !== '' || reply.printed !== '';
  const told = hasText ? transcript : tellThinking(transcript, reply, null);
  const printed = printAll(told, told.reply ?? reply);
  const ended = reason === null || !hasText ? printed : add(printed, { kind: 'cut-answer', reason });
  return { ...ended, reply: null };
}

function printAll(transcript: Transcript, reply: Reply): Transcript {
  if (reply.rest.trim() === '') return transcript;
  const { head, rest, skipWords, join, printed } = reply;
  return print(transcript, reply, {
    pieces: [{ source: head + rest, skipWords, takeWords: null, join }],
    rest: { ...reply, printed: printed + rest, rest: '', head: '', skipWords: 0, join: 'apart' },
  });
}

/** A line for the thinking before an answer, once, when the answer begins or does not come. */
function tellThinking(transcript: Transcript, reply: Reply, seq: number | null): Transcript {
  if (reply.thinking.trim() === '') return transcript;
  const words = reply.thinking.trim().split(/\s+/).length;
  const openable = { title: 'thinking', kind: 'thinking' as const, text: reply.thinking, seq };
  const told = addOpenable(add(transcript, { kind: 'thinking', words }), openable);
  return { ...told, reply: { ...reply, thinking: '' } };
}

function print(transcript: Transcript, reply: Reply, { pieces, rest }: Cut): Transcript {
  if (pieces.length === 0 && rest === reply) return transcript;
  let next = transcript;
  let isFirst = !reply.hasPrinted;
  for (const piece of pieces) {
    next = add(next, { kind: 'text', piece: { ...piece, isFirst } });
    isFirst = false;
  }
  return { ...next, reply: { ...rest, hasPrinted: rest.hasPrinted || pieces.length > 0 } };
}
