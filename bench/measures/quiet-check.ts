import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { NODE } from '../program.ts';
import type { QuietRounds, Taken } from '../quiet-rounds.ts';
import { runChild } from '../run-child.ts';
import { spreadOf } from '../statistics.ts';
import { ms, type Row } from '../table.ts';

const BENCH = join(import.meta.dirname, '..');
const FIXTURES = join(BENCH, '../test/fixtures/probes');

/** A health check that finds nothing: what it costs beside a Node that does nothing. Empty without `unshare`. */
export async function measureQuietCheck(rounds: number): Promise<Row[]> {
  const unshare = process.getuid?.() === 0 ? ['unshare', '-m'] : ['unshare', '-rm'];
  if (spawnSync(unshare[0] ?? '', [...unshare.slice(1), 'true']).status !== 0) return [];
  const inside = [
    join(BENCH, 'quiet-machine.sh'),
    FIXTURES,
    NODE,
    join(BENCH, 'quiet-rounds.ts'),
    String(rounds),
  ];
  const ran = await runChild([...unshare, 'sh', ...inside], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' },
    cwd: BENCH,
  });
  if (ran.exitCode !== 0) throw new Error(`the quiet health check failed: ${ran.stderr}`);
  return rowsOf(JSON.parse(ran.stdout) as QuietRounds);
}

function rowsOf({ bare, check, modelRequests, tokens, probes }: QuietRounds): Row[] {
  const own = spreadOf(check.map(({ ownCpuMs }) => ownCpuMs));
  const floorCpu = spreadOf(bare.map(({ ownCpuMs }) => ownCpuMs));
  const ratio = own.median / floorCpu.median;
  return [
    {
      what: `quiet health check, ${probes} probes: requests and tokens`,
      figure: `${modelRequests} requests, ${tokens} tokens`,
      floor: '',
      ratio: null,
      target: '0',
      isMet: modelRequests === 0 && tokens === 0 && probes >= 12,
    },
    {
      what: 'quiet health check: own processor time',
      figure: ms(own),
      floor: `${ms(floorCpu)}: \`node -e 0\``,
      ratio,
      target: '≤ 4×',
      isMet: ratio <= 4,
    },
    {
      what: 'quiet health check: with launcher and commands; from start to end',
      figure: `${mean(check, 'allCpuMs')} ms of processor; ${ms(spreadOf(check.map(({ wallMs }) => wallMs)))}`,
      floor: `${mean(bare, 'allCpuMs')} ms; ${ms(spreadOf(bare.map(({ wallMs }) => wallMs)))}`,
      ratio: null,
      target: '(told)',
      isMet: true,
    },
  ];
}

/** Of ticks of 10 ms only the mean over the rounds says something. */
function mean(taken: readonly Taken[], field: keyof Taken): string {
  return (taken.reduce((sum, one) => sum + one[field], 0) / taken.length).toFixed(0);
}
