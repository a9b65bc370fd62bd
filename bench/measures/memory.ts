import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServer } from '../model-server.ts';
import { floor, makeHome, NODE, STEWARD, target } from '../program.ts';
import { runChild } from '../run-child.ts';
import { medianSlopeOf } from '../statistics.ts';
import type { Row } from '../table.ts';
import { makeToolTurns, proveResults } from '../tool-turns.ts';

const SAMPLE_MS = 20;
/** Before that a program is still compiled and filled. */
const FIRST_TURN = 50;
/** Growth of less is the conversation itself, which is kept and sent again every turn. */
const NO_GROWTH_KIB = 16;
const PEAK_LIMIT_MIB = 140;
const PROMPT = 'Look at the files one by one.';

/** Peak of one process over many turns; then, in longer runs of their own, whether what is alive grows with the turns. */
export async function measureMemory(peakTurns: number, growthTurns: number): Promise<Row[]> {
  return [await measurePeak(peakTurns), await measureGrowth(growthTurns)];
}

async function measurePeak(turnCount: number): Promise<Row> {
  const measured = await beside(turnCount, async (argv, { env, cwd }) => {
    const peak = createPeakSampler();
    await runChild(argv, { env, cwd, onStart: peak.start });
    return peak.stop() / 1024;
  });
  return {
    what: `peak memory over ${turnCount} turns`,
    figure: `${measured.ours.toFixed(0)} MiB`,
    floor: `${measured.bare.toFixed(0)} MiB: a bare agent loop`,
    ratio: measured.ours / measured.bare,
    target: `≤ ${PEAK_LIMIT_MIB} MiB`,
    isMet: measured.ours <= PEAK_LIMIT_MIB,
  };
}

async function measureGrowth(turnCount: number): Promise<Row> {
  const measured = await beside(turnCount, async (argv, { env, cwd, server, folder }) => {
    const file = join(folder, 'heap.jsonl');
    writeFileSync(file, '');
    const NODE_OPTIONS = `--require=${REPORT_HEAP}`;
    await runChild(argv, { env: { ...env, NODE_OPTIONS, BENCH_HEAP: file }, cwd });
    const starts = server.requests().map(({ at }) => at);
    const alive = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { at: number; kib: number })
      .map(({ at, kib }) => ({ x: starts.findLastIndex((start) => start <= at), y: kib }));
    return medianSlopeOf(alive.filter(({ x }) => x >= FIRST_TURN));
  });
  return {
    what: `growth per turn of what is alive, turns ${FIRST_TURN} to ${turnCount}`,
    figure: `${measured.ours.toFixed(1)} KiB`,
    floor: `${measured.bare.toFixed(1)} KiB: a bare agent loop`,
    ratio: null,
    target: `none (≤ ${NO_GROWTH_KIB} KiB)`,
    isMet: measured.ours <= NO_GROWTH_KIB,
  };
}

const REPORT_HEAP = join(import.meta.dirname, '../report-heap.cjs');

interface Setting {
  env: Record<string, string>;
  cwd: string;
  server: ServerProcess;
  folder: string;
}

/** The same conversation with the bare agent and with steward. */
async function beside(
  turnCount: number,
  watch: (argv: string[], setting: Setting) => Promise<number>,
): Promise<{ bare: number; ours: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-memory-'));
  const script = makeToolTurns(folder, turnCount);
  const server = await startServer(folder, 'anthropic', script.turns);
  try {
    const { home, cwd } = makeHome(folder);
    const { env } = target('anthropic', server.url, home);
    const prove = async (argv: string[]): Promise<number> => {
      server.reset();
      const found = await watch(argv, { env, cwd, server, folder });
      proveResults(script, server.requests());
      return found;
    };
    return {
      bare: await prove([NODE, floor('agent-loop'), server.url]),
      ours: await prove([STEWARD, '-p', PROMPT]),
    };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads VmHWM of /proc/PID/status (proc_pid_status(5)) until the process has gone; KiB. */
function createPeakSampler() {
  let peakKib = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    start(pid: number): void {
      timer = setInterval(() => {
        peakKib = Math.max(peakKib, readPeakKib(pid) ?? 0);
      }, SAMPLE_MS);
    },
    stop(): number {
      clearInterval(timer);
      return peakKib;
    },
  };
}

function readPeakKib(pid: number): number | null {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    // It has ended.
    return null;
  }
}
