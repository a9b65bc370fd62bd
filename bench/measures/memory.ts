import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../model-server.ts';
import { floor, makeHome, NODE, STEWARD, target } from '../program.ts';
import { now, runChild } from '../run-child.ts';
import { slopeOf } from '../statistics.ts';
import type { Row } from '../table.ts';
import { makeToolTurns, proveResults } from '../tool-turns.ts';

const SAMPLE_MS = 20;
/** The least of so many turns is what is left when garbage was collected. */
const WINDOW_TURNS = 10;
/** Growth of less is the conversation itself, which is kept and sent again every turn. */
const NO_GROWTH_KIB = 16;
const PEAK_LIMIT_MIB = 140;

interface Memory {
  peakMib: number;
  /** Over the second half of the turns. */
  growthKib: number;
}

/** Peak of one process over many turns, and whether it grows with them. */
export async function measureMemory(turnCount: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-memory-'));
  const script = makeToolTurns(folder, turnCount);
  const server = await startServer(folder, 'anthropic', script.turns);
  try {
    const { home, cwd } = makeHome(folder);
    const { env } = target('anthropic', server.url, home);
    const watch = async (argv: string[]): Promise<Memory> => {
      server.reset();
      const samples = createSampler();
      await runChild(argv, { env, cwd, onStart: samples.start });
      samples.stop();
      const requests = server.requests();
      proveResults(script, requests);
      return {
        peakMib: samples.peakKib() / 1024,
        growthKib: growthOf(
          samples.all(),
          requests.map(({ at }) => at),
        ),
      };
    };
    const bare = await watch([NODE, floor('agent-loop'), server.url]);
    const ours = await watch([STEWARD, '-p', 'Look at the files one by one.']);
    return [
      {
        what: `peak memory over ${turnCount} turns`,
        figure: `${ours.peakMib.toFixed(0)} MiB`,
        floor: `${bare.peakMib.toFixed(0)} MiB: a bare agent loop`,
        ratio: ours.peakMib / bare.peakMib,
        target: `≤ ${PEAK_LIMIT_MIB} MiB`,
        isMet: ours.peakMib <= PEAK_LIMIT_MIB,
      },
      {
        what: 'growth of memory per turn, second half',
        figure: `${ours.growthKib.toFixed(1)} KiB`,
        floor: `${bare.growthKib.toFixed(1)} KiB: a bare agent loop`,
        ratio: null,
        target: `none (≤ ${NO_GROWTH_KIB} KiB)`,
        isMet: ours.growthKib <= NO_GROWTH_KIB,
      },
    ];
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Sample {
  at: number;
  kib: number;
}

/** Reads /proc/PID/status (proc_pid_status(5)) until the process has gone. */
function createSampler() {
  const samples: Sample[] = [];
  let peakKib = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    start(pid: number): void {
      timer = setInterval(() => {
        const status = readStatus(pid);
        if (status === null) return;
        peakKib = Math.max(peakKib, status.peakKib);
        samples.push({ at: now(), kib: status.kib });
      }, SAMPLE_MS);
    },
    stop: () => clearInterval(timer),
    peakKib: () => peakKib,
    all: () => samples,
  };
}

function readStatus(pid: number): { kib: number; peakKib: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]);
    const found = { kib: field('VmRSS'), peakKib: field('VmHWM') };
    return Number.isNaN(found.kib) ? null : found;
  } catch {
    // It has ended.
    return null;
  }
}

/** Least of each window of turns, then least squares over the second half. */
function growthOf(samples: readonly Sample[], turnStarts: readonly number[]): number {
  const windows = new Map<number, number>();
  for (const { at, kib } of samples) {
    const turn = turnStarts.findLastIndex((start) => start <= at);
    const window = Math.floor(turn / WINDOW_TURNS);
    if (turn >= turnStarts.length / 2) windows.set(window, Math.min(windows.get(window) ?? kib, kib));
  }
  return slopeOf([...windows].map(([window, kib]) => ({ x: window * WINDOW_TURNS, y: kib })));
}
