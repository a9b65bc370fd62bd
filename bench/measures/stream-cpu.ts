import type { Rig } from '../../test/terminal/rig.ts';
import { cpuMs, openScreenBench, promptEndsWith, promptIsThere } from '../screen/screen-program.ts';
import { spreadOf } from '../statistics.ts';
import { ms, type Row } from '../table.ts';

const DELTAS = 5_000;
const CHARS = 16;
const WARM_UP = 1;

/** Processor time from Enter to the end of an answer of 5,000 deltas, at most 15 frames a second on both sides. */
export async function measureStreamCpu(rounds: number): Promise<Row[]> {
  const text = `${paragraphs()}\n\nThe end.`;
  const bench = await openScreenBench([{ text, chunkChars: CHARS, chunkDelayMs: 1 }]);
  const bare: Streamed[] = [];
  const ours: Streamed[] = [];
  try {
    for (let round = 0; round < rounds + WARM_UP; round++) {
      const pair = [await stream(bench.openFloor()), await stream(bench.openSteward(), 'The end.')] as const;
      if (round < WARM_UP) continue;
      bare.push(pair[0]);
      ours.push(pair[1]);
    }
  } finally {
    await bench.stop();
  }
  const [oursCpu, bareCpu] = [spreadOf(ours.map(({ cpu }) => cpu)), spreadOf(bare.map(({ cpu }) => cpu))];
  const ratio = oursCpu.median / bareCpu.median;
  const clears = Math.max(...ours.map(({ fullClears }) => fullClears));
  const bytes = spreadOf(ours.map((one) => one.bytes / 1024)).median;
  const bareBytes = spreadOf(bare.map((one) => one.bytes / 1024)).median;
  return [
    {
      what: `processor time to stream ${DELTAS.toLocaleString('en')} deltas`,
      figure: ms(oursCpu),
      floor: `${ms(bareCpu)}: bare Ink`,
      ratio,
      target: '≤ 1.3×',
      isMet: ratio <= 1.3,
    },
    {
      what: 'full clears of the screen while it streams',
      figure: `${clears} (${bytes.toFixed(0)} KiB written)`,
      floor: `${Math.max(...bare.map(({ fullClears }) => fullClears))} (${bareBytes.toFixed(0)} KiB)`,
      ratio: null,
      target: '0',
      isMet: clears === 0,
    },
  ];
}

interface Streamed {
  cpu: number;
  bytes: number;
  fullClears: number;
}

async function stream(rig: Rig, end = 'finished'): Promise<Streamed> {
  try {
    await rig.waitFor(promptIsThere);
    await rig.quiet(500);
    rig.type('go');
    await rig.waitFor(promptEndsWith('go'));
    const before = { cpu: cpuMs(rig.pid), ...rig.counters };
    rig.press('enter');
    await rig.waitFor((screen) => screen.some((line) => line.includes(end)), 120_000);
    await rig.quiet(300);
    const { bytes, fullClears } = rig.counters;
    return {
      cpu: cpuMs(rig.pid) - before.cpu,
      bytes: bytes - before.bytes,
      fullClears: fullClears - before.fullClears,
    };
  } finally {
    await rig.close();
  }
}

/** 80,000 characters as models write them: paragraphs, lists, code. */
function paragraphs(): string {
  const part = [
    'The unit **postgresql.service** failed at 03:12 because the disk behind `/var/lib` was full; the kernel log of the same minute says so.',
    '- `journalctl -u postgresql` shows the first error\n- the newest backup is four hours old\n- nothing else writes there',
    '```bash\ndf -h /var/lib\nsystemctl status postgresql.service\n```',
    'A restart alone would fail again, so room has to be made *first*: the oldest archives are safe to remove.',
  ].join('\n\n');
  return `${part}\n\n`.repeat(Math.ceil((DELTAS * CHARS) / (part.length + 2))).slice(0, DELTAS * CHARS);
}
