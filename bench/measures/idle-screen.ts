import type { Rig } from '../../test/terminal/rig.ts';
import type { Turn } from '../../test/wire/index.ts';
import { STEWARD } from '../program.ts';
import { runChild } from '../run-child.ts';
import { cpuMs, openScreenBench, promptIsThere, statusField } from '../screen/screen-program.ts';
import type { Row } from '../table.ts';

const IDLE_MS = 10_000;
/** V8 gives memory back in two goes, about nine and eighteen seconds after the last work; nothing of ours runs by then. */
const SETTLE_MS = 25_000;
const MEMORY_LIMIT_MIB = 120;
/** Of proc_pid_stat(5): what is not more than one is nothing. */
const CPU_TICK_MS = 10;
/** A turn with a command writes eight lines. */
const LINES_PER_TURN = 8;

/** Memory and processor of a screen at which nobody types: an empty one, and one that goes on with a long run. */
export async function measureIdleScreen(lines: number): Promise<Row[]> {
  const turns = Math.ceil(lines / LINES_PER_TURN);
  const bench = await openScreenBench(conversation(turns));
  try {
    const rows = await idle('idle screen', bench.openSteward());
    const argv = [STEWARD, '-p', 'Count.', '--max-turns', String(turns + 5), '--output-format', 'json'];
    const ran = await runChild(argv, { env: bench.env, cwd: bench.cwd });
    if (ran.exitCode !== 0) throw new Error(`the long run: exit ${ran.exitCode}: ${ran.stdout}${ran.stderr}`);
    const { session_id: run } = JSON.parse(ran.stdout) as { session_id: string };
    return [...rows, ...(await idle(`idle screen, ${lines} lines resumed`, bench.openSteward(['-r', run])))];
  } finally {
    await bench.stop();
  }
}

function conversation(turns: number): Turn[] {
  return Array.from({ length: turns }, (_, i) =>
    i + 1 < turns ? { toolCalls: [{ name: 'Bash', input: { command: `echo ${i}` } }] } : { text: 'Counted.' },
  );
}

async function idle(what: string, rig: Rig): Promise<Row[]> {
  try {
    await rig.waitFor(promptIsThere);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const before = cpuMs(rig.pid);
    const wakesBefore = statusField(rig.pid, 'voluntary_ctxt_switches');
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const cpu = cpuMs(rig.pid) - before;
    const wakes = statusField(rig.pid, 'voluntary_ctxt_switches') - wakesBefore;
    const mib = statusField(rig.pid, 'VmRSS') / 1024;
    return [
      {
        what: `${what}: memory`,
        figure: `${mib.toFixed(0)} MiB`,
        floor: '',
        ratio: null,
        target: `≤ ${MEMORY_LIMIT_MIB} MiB`,
        isMet: mib <= MEMORY_LIMIT_MIB,
      },
      {
        what: `${what}: processor over ${IDLE_MS / 1000} s`,
        figure: `${cpu} ms, woken ${wakes} times`,
        floor: '',
        ratio: null,
        target: '0 %',
        isMet: cpu <= CPU_TICK_MS,
      },
    ];
  } finally {
    await rig.close();
  }
}
