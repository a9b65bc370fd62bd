import type { Rig } from '../../test/terminal/rig.ts';
import { openScreenBench, promptEndsWith, promptIsThere } from '../screen/screen-program.ts';
import { spreadOf } from '../statistics.ts';
import { ms, type Row } from '../table.ts';

const WARM_UP = 2;

/** From the start of the process to the echo of a key that was pressed as soon as the prompt stood there. */
export async function measurePromptUsable(rounds: number): Promise<Row> {
  const bench = await openScreenBench([]);
  const usable = async (open: () => Rig, leaves: boolean): Promise<number> => {
    const start = performance.now();
    const rig = open();
    try {
      await rig.waitFor(promptIsThere);
      rig.type('x');
      await rig.waitFor(promptEndsWith('x'));
      const ms = performance.now() - start;
      // As a person ends it, so that both keep their compiled code: a killed process keeps none.
      if (leaves) await leave(rig);
      return ms;
    } finally {
      await rig.close();
    }
  };
  try {
    const bare: number[] = [];
    const ours: number[] = [];
    for (let round = 0; round < rounds + WARM_UP; round++) {
      const pair = [
        await usable(bench.openFloor, round < WARM_UP),
        await usable(bench.openSteward, round < WARM_UP),
      ] as const;
      if (round < WARM_UP) continue;
      bare.push(pair[0]);
      ours.push(pair[1]);
    }
    const ratio = spreadOf(ours).median / spreadOf(bare).median;
    return {
      what: 'prompt usable in a terminal',
      figure: ms(spreadOf(ours)),
      floor: `${ms(spreadOf(bare))}: a bundled Ink prompt`,
      ratio,
      target: '≤ 1.6×',
      isMet: ratio <= 1.6,
    };
  } finally {
    await bench.stop();
  }
}

async function leave(rig: Rig): Promise<void> {
  rig.press('ctrl+u');
  await rig.waitFor((screen) => !promptEndsWith('x')(screen));
  // What is begun behind the prompt is part of what is kept.
  await rig.quiet(2_000);
  rig.press('ctrl+c', 'ctrl+c');
  await rig.ended;
}
