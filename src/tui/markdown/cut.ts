import type { Piece } from '../store/item.ts';
import type { Reply, Size } from '../store/state.ts';

export function cutFinished(reply: Reply, _size: Size): { pieces: Omit<Piece, 'isFirst'>[]; rest: Reply } {
  return { pieces: [], rest: reply };
}
