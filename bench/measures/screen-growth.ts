import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildScreen } from '../../test/terminal/build-program.ts';
import { startRig } from '../../test/terminal/rig.ts';
import { NODE } from '../program.ts';
import type { Row } from '../table.ts';

/** What garbage collection leaves now and then. */
const NO_GROWTH_KIB = 512;
const DEADLINE_MS = 180_000;

interface Part {
  part: string;
  heapKib: number;
}

/** The heap of the screen over a simulated day, and over a command's output of 50 MB; each after one like it before. */
export async function measureScreenGrowth(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-growth-'));
  try {
    const program = await buildScreen('bench/screen/soak-program.tsx', folder);
    const file = join(folder, 'heap.jsonl');
    writeFileSync(file, '');
    const env = { PATH: process.env.PATH ?? '', HOME: folder, LANG: 'C.UTF-8' };
    const argv = ['sh', '-c', 'exec "$0" --expose-gc "$1" 3>"$2"', NODE, program, file];
    const rig = startRig({ argv, cwd: folder, env });
    const read = (): Part[] =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Part);
    try {
      const start = performance.now();
      while (read().length < 3 && performance.now() - start < DEADLINE_MS) {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      const heapOf = (name: string): number =>
        read().find(({ part }) => part === name)?.heapKib ?? Number.NaN;
      return [
        row('a day of nobody typing, simulated', heapOf('day') - heapOf('start'), heapOf('day')),
        row('output of 50 MB', heapOf('output') - heapOf('day'), heapOf('output')),
      ];
    } finally {
      await rig.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(what: string, grownKib: number, heapKib: number): Row {
  return {
    what: `growth of the screen's heap over ${what}`,
    figure: `${grownKib} KiB (of ${heapKib} KiB)`,
    floor: '',
    ratio: null,
    target: `none (≤ ${NO_GROWTH_KIB} KiB)`,
    isMet: grownKib <= NO_GROWTH_KIB,
  };
}
