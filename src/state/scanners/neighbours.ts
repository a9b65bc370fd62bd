import { type Ask, listOf, parseJsonOf, textIn } from './scanner.ts';

/**
 * Addresses that something near this machine has answered for lately, whether anybody declared it or not. ip-neighbour(8):
 * what did not answer is in the table too, without a hardware address. Rejects with ScanProblem.
 */
export async function askNeighbours(ask: Pick<Ask, 'run'>): Promise<string[]> {
  const rows = listOf(parseJsonOf(await ask.run(['ip', '-j', 'neigh', 'show']), 'ip'), 'what ip printed');
  const answered = rows.filter((row) => textIn(row, 'lladdr') !== null);
  return [...new Set(answered.flatMap((row) => textIn(row, 'dst') ?? []))];
}
