import type { Rig } from '../../test/terminal/rig.ts';
import { openScreenBench, promptEndsWith, promptIsThere } from '../screen/screen-program.ts';
import { quantile, spreadOf } from '../statistics.ts';
import { ms, type Row } from '../table.ts';

const KEYS = 'abcdefghijklmnopqrst';
const KEY_GAP_MS = 70;
const WARM_UP = 2;
const FLOOD_KEYS = 1_000;
const FLOOD_GAP_MS = 10;

/** From a key to the first bytes that answer it, both programs side by side and in turn; and keys that come fast. */
export async function measureKeyEcho(rounds: number): Promise<Row[]> {
  const bench = await openScreenBench([{ text: 'Read.' }]);
  const bareRig = bench.openFloor();
  const oursRig = bench.openSteward();
  try {
    const bare: number[] = [];
    const ours: number[] = [];
    for (const rig of [bareRig, oursRig]) {
      await rig.waitFor(promptIsThere);
      await rig.quiet(500);
    }
    for (let round = 0; round < rounds + WARM_UP; round++) {
      const pair = [await typeKeys(bareRig), await typeKeys(oursRig)] as const;
      if (round < WARM_UP) continue;
      bare.push(...pair[0]);
      ours.push(...pair[1]);
    }
    const ratio = spreadOf(ours).median / spreadOf(bare).median;
    return [
      {
        what: `key echo, ${ours.length} keys (p95 ${quantile(ours, 0.95).toFixed(1)} ms)`,
        figure: ms(spreadOf(ours)),
        floor: `${ms(spreadOf(bare))}: a bare Ink prompt (p95 ${quantile(bare, 0.95).toFixed(1)} ms)`,
        ratio,
        target: '≤ 1.3×',
        isMet: ratio <= 1.3,
      },
      await floodKeys(oursRig),
    ];
  } finally {
    await bareRig.close();
    await oursRig.close();
    await bench.stop();
  }
}

async function typeKeys(rig: Rig): Promise<number[]> {
  const times: number[] = [];
  for (const [i, key] of [...KEYS].entries()) {
    const echoed = new Promise<void>((resolve) => {
      const stop = rig.onBytes((bytes) => {
        if (!Buffer.from(bytes).toString('latin1').includes(key)) return;
        stop();
        resolve();
      });
    });
    const start = performance.now();
    rig.type(key);
    await echoed;
    times.push(performance.now() - start);
    // As a person types: not into the pause that both make after a frame.
    await new Promise((resolve) => setTimeout(resolve, KEY_GAP_MS));
    await rig.waitFor(promptEndsWith(KEYS.slice(0, i + 1)));
  }
  rig.press('ctrl+u');
  await rig.waitFor((screen) => !promptEndsWith(KEYS)(screen));
  await rig.quiet(50);
  return times;
}

/** A hundred keys a second for ten seconds, counted where they were to go: in the text that stands in the prompt. */
async function floodKeys(rig: Rig): Promise<Row> {
  const text = Array.from({ length: FLOOD_KEYS }, (_, i) => KEYS[i % KEYS.length]).join('');
  for (const key of text) {
    rig.type(key);
    await new Promise((resolve) => setTimeout(resolve, FLOOD_GAP_MS));
  }
  const typedOf = (screen: string[]): string => {
    const from = screen.findIndex((line) => line.startsWith('❯'));
    const lines = screen.slice(from, from + Math.ceil(FLOOD_KEYS / 60) + 1);
    return lines.join('').replaceAll(/[^a-t]/g, '');
  };
  // The prompt may show only its last lines; what it shows must be the end of what was typed, and then some.
  await rig.quiet(500);
  rig.press('enter');
  await rig.waitFor((screen) => screen.join('\n').includes('Read.'));
  const shown = typedOf([...rig.scrollback(), ...rig.screen()]);
  const isWhole = shown.includes(text);
  return {
    what: `keys at ${1000 / FLOOD_GAP_MS} a second: dropped of ${FLOOD_KEYS}`,
    figure: isWhole ? '0' : `${FLOOD_KEYS - commonLength(shown, text)} or more`,
    floor: '',
    ratio: null,
    target: '0',
    isMet: isWhole,
  };
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < b.length && a[length] === b[length]) length++;
  return length;
}
