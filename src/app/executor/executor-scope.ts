import type { ExecutorAnswer, ExecutorDone } from '../../protocol/executor.ts';
import type { World } from '../world.ts';
import type { Peer } from './peer.ts';
import type { Accounts } from './rights.ts';

/** One connection: who asks, with what it is answered. */
export interface ExecutorScope {
  world: World;
  peer: Peer;
  /** The peer's name, for records. */
  user: string;
  accounts: Accounts;
  /** Never throws; what nobody takes is dropped, and the work goes on. */
  send(answer: ExecutorAnswer): void;
  /** A line of the executor's own for the journal. */
  note(text: string): void;
  signal: AbortSignal;
}

/** Nothing was carried out. */
export function doneWith(approval: string | null): ExecutorDone {
  return { say: 'done', run: null, head: null, outcome: null, end: null, message: null, approval };
}
