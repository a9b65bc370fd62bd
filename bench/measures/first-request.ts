import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dialect } from '../../test/wire/index.ts';
import { startServer } from '../model-server.ts';
import { floor, makeHome, NODE, STEWARD, target } from '../program.ts';
import { runChild } from '../run-child.ts';
import { spreadOf } from '../statistics.ts';
import { ms, type Row } from '../table.ts';

const WARM_UP = 2;

/** From the start of the process to the moment at which the server has the whole first request. */
export async function measureFirstRequest(dialect: Dialect, rounds: number): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-first-'));
  const server = await startServer(folder, dialect, [{ text: 'Hello.' }]);
  try {
    const { home, cwd } = makeHome(folder);
    const { env, flags } = target(dialect, server.url, home);
    const arrival = async (argv: string[]): Promise<number> => {
      server.reset();
      const ran = await runChild(argv, { env, cwd });
      const [first] = server.requests();
      if (first === undefined || ran.exitCode !== 0 || !ran.stdout.includes('Hello.')) {
        throw new Error(`${argv.join(' ')}: exit ${ran.exitCode}: ${ran.stderr}`);
      }
      return first.at - ran.startedAt;
    };
    const bare: number[] = [];
    const ours: number[] = [];
    for (let round = 0; round < rounds + WARM_UP; round++) {
      const pair = [
        await arrival([NODE, floor('fetch-once'), dialect, server.url]),
        await arrival([STEWARD, '-p', 'Say hello.', ...flags]),
      ] as const;
      if (round < WARM_UP) continue;
      bare.push(pair[0]);
      ours.push(pair[1]);
    }
    const ratio = spreadOf(ours).median / spreadOf(bare).median;
    return {
      what: `process start → first request of \`-p\`, ${dialect}`,
      figure: ms(spreadOf(ours)),
      floor: `${ms(spreadOf(bare))}: one bare fetch`,
      ratio,
      target: '≤ 2×',
      isMet: ratio <= 2,
    };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
