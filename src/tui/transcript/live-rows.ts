import { printable } from '../../lib/printable.ts';
import { cut, type Row } from '../rows/row.ts';
import type { Call } from '../store/item.ts';
import type { Reply, Transcript } from '../store/state.ts';
import { pieceRows } from './answer.ts';
import { headRows } from './call-rows.ts';
import { dotted, type Frame, marked, seconds } from './frame.ts';

/** Of the output of a command that runs. */
const OUTPUT_ROWS = 3;
/** More calls at once are told by their number. */
const MOST_CALLS = 4;

export interface Now {
  ms: number;
  /** Which of the spinner's pictures; null where nothing may move. */
  picture: number | null;
}

/** What is still coming, newest rows last; never more than `rows`. */
export function liveRows(
  { reply, calls, askedAt }: Pick<Transcript, 'reply' | 'calls' | 'askedAt'>,
  frame: Frame & { rows: number },
  now: Now,
): Row[] {
  const text = reply === null ? [] : replyRows(reply, frame);
  const running = calls.slice(-MOST_CALLS).flatMap((call) => callRows(call, frame, now));
  const hidden = Math.max(0, calls.length - MOST_CALLS);
  const more: Row[] = hidden === 0 ? [] : [[{ text: `  and ${hidden} more`, style: 'dim' }]];
  const work = calls.length === 0 && askedAt !== null ? workRows(reply, askedAt, frame, now) : [];
  const below = [...running, ...more, ...work].slice(-frame.rows);
  const room = frame.rows - below.length;
  return [...(room > 0 ? text.slice(-room) : []), ...below];
}

/** True while what is shown changes by itself. */
export function isMoving({ calls, askedAt }: Pick<Transcript, 'calls' | 'askedAt'>): boolean {
  return askedAt !== null || calls.some(({ startedAt, summary }) => startedAt !== null && summary === null);
}

function replyRows(reply: Reply, frame: Frame): Row[] {
  const { head, rest, skipWords, join, hasPrinted } = reply;
  if (rest.trim() === '') return [];
  return pieceRows({ source: head + rest, skipWords, takeWords: null, join, isFirst: !hasPrinted }, frame);
}

function callRows(call: Call, frame: Frame, now: Now): Row[] {
  const { columns, theme } = frame;
  const state =
    call.startedAt === null
      ? 'waits'
      : call.summary === null
        ? seconds(Math.max(0, Math.floor((now.ms - call.startedAt) / 1000) * 1000))
        : call.summary;
  const head = headRows(call, [{ text: state === '0ms' ? '0s' : state, style: 'dim' }], frame, 'running');
  const lines = printable(call.output)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-OUTPUT_ROWS);
  const output = lines.map((line, index): Row => {
    const before = index === 0 ? `  ${theme.glyph.result} ` : '    ';
    return [{ text: before + cut(line.replaceAll('\t', '    '), Math.max(1, columns - 4)), style: 'dim' }];
  });
  return [[], ...head, ...output];
}

/** That it works, and what it thinks of. */
function workRows(reply: Reply | null, askedAt: number, frame: Frame, now: Now): Row[] {
  const { theme } = frame;
  const pictures = theme.glyph.spinner;
  const mark = now.picture === null ? theme.glyph.thinking : (pictures[now.picture % pictures.length] ?? '');
  const thought = reply?.thinking ?? '';
  const line = printable(thought).trimEnd().split('\n').at(-1)?.trim() ?? '';
  const since = Math.max(0, Math.floor((now.ms - askedAt) / 1000));
  const isWriting = (reply?.rest ?? '') !== '' || (reply?.printed ?? '') !== '';
  const word = thought !== '' ? 'thinking' : isWriting ? 'answering' : 'working';
  const text = dotted([`${word} ${since}s`, 'esc to interrupt'], theme);
  const rows = marked({ text: mark, style: 'accent' }, [{ text, style: 'dim' }], frame);
  if (line === '') return [[], ...rows];
  const quoted = cut(line, Math.max(1, frame.columns - 4));
  return [[], ...rows, [{ text: `  ${theme.glyph.result} ${quoted}`, style: 'thinking' }]];
}
