import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../model-server.ts';
import { floor, makeHome, NODE, STEWARD, target } from '../program.ts';
import { type Ran, runChild } from '../run-child.ts';
import { spreadOf } from '../statistics.ts';
import { ms, type Row } from '../table.ts';
import { makeToolTurns, proveResults, turnTimes } from '../tool-turns.ts';

const TURNS = 20;
const WARM_UP = 1;

/**
 * What a turn takes besides the server and the command. The command's time is the bare agent's, from spawn to the end
 * of its output, for both: what steward adds around a command is its own.
 */
export async function measureOwnTime(rounds: number): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-turns-'));
  const script = makeToolTurns(folder, TURNS);
  const server = await startServer(folder, 'anthropic', script.turns);
  try {
    const { home, cwd } = makeHome(folder);
    const { env } = target('anthropic', server.url, home);
    const turnMs = async (argv: string[]): Promise<{ perTurn: number; ran: Ran }> => {
      server.reset();
      const ran = await runChild(argv, { env, cwd });
      proveResults(script, server.requests());
      return { perTurn: turnTimes(server).reduce((sum, one) => sum + one, 0) / TURNS, ran };
    };
    const bare: number[] = [];
    const ours: number[] = [];
    const commands: number[] = [];
    for (let round = 0; round < rounds + WARM_UP; round++) {
      const agent = await turnMs([NODE, floor('agent-loop'), server.url]);
      const steward = await turnMs([STEWARD, '-p', 'Look at the files one by one.']);
      if (round < WARM_UP) continue;
      const commandMs = commandsOf(agent.ran) / TURNS;
      commands.push(commandMs);
      bare.push(agent.perTurn - commandMs);
      ours.push(steward.perTurn - commandMs);
    }
    const ratio = spreadOf(ours).median / spreadOf(bare).median;
    return {
      what: `own time per turn over ${TURNS} tool turns (a command took ${spreadOf(commands).median.toFixed(1)} ms)`,
      figure: ms(spreadOf(ours)),
      floor: `${ms(spreadOf(bare))}: a bare agent loop`,
      ratio,
      target: '≤ 2×',
      isMet: ratio <= 2,
    };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function commandsOf({ stderr }: Ran): number {
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  return (JSON.parse(last) as { commandMs: number }).commandMs;
}
