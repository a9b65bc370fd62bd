import type { Answer, Answered } from '../../protocol/question.ts';
import { answerNote } from '../ask/answer-note.ts';
import type { Transcript } from './state.ts';
import { add } from './transcript.ts';

/** No run asks this often within what one could mistake for another. */
const MOST_NOTED = 100;

/** What an answer did, once: whoever gave it is told at once, and a log that is read again tells it in its place. */
export function noteAnswer(
  transcript: Transcript,
  { question, answer, rule }: { question: string; answer: Answer; rule: Answered['rule'] },
): Transcript {
  if (transcript.noted.includes(question)) return transcript;
  const noted = [...transcript.noted, question].slice(-MOST_NOTED);
  const note = answerNote({ kind: 'answered', question, answer, rule });
  return note === null
    ? { ...transcript, noted }
    : add({ ...transcript, noted }, { kind: 'notice', ...note });
}
