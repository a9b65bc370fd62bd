/**
 * `npm run bench [-- --quick]`: speed and memory of the built program beside bare Node in the same run. Prints the table
 * and writes docs/bench.md. Always exits 0: it measures, it does not judge.
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureFirstRequest } from './measures/first-request.ts';
import { measureFixedPrompt } from './measures/fixed-prompt.ts';
import { measureIdleScreen } from './measures/idle-screen.ts';
import { measureIntake } from './measures/intake.ts';
import { measureIsolation } from './measures/isolation.ts';
import { measureKeyEcho } from './measures/key-echo.ts';
import { measureKnowledge } from './measures/knowledge.ts';
import { measureMask } from './measures/mask.ts';
import { measureMemory } from './measures/memory.ts';
import { measureOwnTime } from './measures/own-time.ts';
import { measurePolicy } from './measures/policy.ts';
import { measurePromptUsable } from './measures/prompt-usable.ts';
import { measureQuietCheck } from './measures/quiet-check.ts';
import { measureScreenGrowth } from './measures/screen-growth.ts';
import { measureStateScan } from './measures/state-scan.ts';
import { measureStreamCpu } from './measures/stream-cpu.ts';
import { markdown, plain, type Row } from './table.ts';

const ROOT = join(import.meta.dirname, '..');

interface Effort {
  startRounds: number;
  turnRounds: number;
  memoryTurns: number;
  growthTurns: number;
  quietRounds: number;
  policyRounds: number;
  screenRounds: number;
  screenLines: number;
}

const FULL: Effort = {
  startRounds: 25,
  turnRounds: 9,
  memoryTurns: 200,
  growthTurns: 400,
  quietRounds: 61,
  policyRounds: 20,
  screenRounds: 9,
  screenLines: 5_000,
};
const QUICK: Effort = {
  startRounds: 5,
  turnRounds: 2,
  memoryTurns: 60,
  growthTurns: 150,
  quietRounds: 5,
  policyRounds: 3,
  screenRounds: 2,
  screenLines: 400,
};

const MEASURES: Record<string, (effort: Effort) => Promise<Row[]> | Row[]> = {
  'first-request': async ({ startRounds }) => [
    await measureFirstRequest('anthropic', startRounds),
    await measureFirstRequest('openai', startRounds),
    await measureFirstRequest('ollama', startRounds),
  ],
  'fixed-prompt': () => measureFixedPrompt(),
  'own-time': async ({ turnRounds }) => [await measureOwnTime(turnRounds)],
  memory: ({ memoryTurns, growthTurns }) => measureMemory(memoryTurns, growthTurns),
  'quiet-check': ({ quietRounds }) => measureQuietCheck(quietRounds),
  isolation: ({ startRounds }) => measureIsolation(startRounds),
  intake: ({ turnRounds }) => measureIntake(Math.ceil(turnRounds / 3)),
  policy: ({ policyRounds }) => measurePolicy(policyRounds),
  mask: ({ turnRounds }) => measureMask(turnRounds),
  'state-scan': () => measureStateScan(),
  knowledge: ({ turnRounds }) => measureKnowledge(turnRounds),
  'prompt-usable': async ({ startRounds }) => [await measurePromptUsable(startRounds)],
  'key-echo': ({ screenRounds }) => measureKeyEcho(screenRounds),
  'stream-cpu': ({ screenRounds }) => measureStreamCpu(Math.ceil(screenRounds / 3)),
  'idle-screen': ({ screenLines }) => measureIdleScreen(screenLines),
  'screen-growth': () => measureScreenGrowth(),
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
  });
  const rows: Row[] = [];
  const loadBefore = loadavg()[0] ?? 0;
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (values.only !== undefined && !values.only.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    try {
      rows.push(...(await measure(values.quick ? QUICK : FULL)));
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      process.stderr.write(`${what}\n`);
      rows.push({
        what: name,
        figure: 'could not be measured',
        floor: '',
        ratio: null,
        target: '',
        isMet: false,
      });
    }
  }
  process.stdout.write(`${plain(rows)}\n`);
  // What was measured in part or in haste is not the last word.
  if (values.only === undefined && !values.quick)
    await writeFile(join(ROOT, 'docs/bench.md'), page(rows, loadBefore));
}

function page(rows: readonly Row[], loadBefore: number): string {
  const [cpu] = cpus();
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  const load = `${loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after`;
  return `# Speed and memory

Written by \`npm run bench\`: the built program through \`bin/steward\`, default settings, an empty home, loopback model
servers in processes of their own; beside it, in turn, bare Node doing the same (\`bench/floors\`). Warm-up rounds are not
counted. Figures are medians, with the least and the most of all rounds; a ratio is the median over the floor's median.
Milliseconds are this machine's; ratios are what counts.

${markdown(rows)}

Measured on ${new Date().toISOString().slice(0, 10)} at commit ${git('rev-parse', '--short', 'HEAD')}, Node ${process.version}, ${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${load}.

- *First request*: from spawn to the moment at which the server has the whole request.
- *Own time per turn*: from the end of an answer to the arrival of the next request, less the time that the bare agent
  needs for the same command. Each command prints the sha256 of another file of random bytes, and the requests that the
  server got must carry all of them.
- *Memory*: VmHWM of the Node process. Growth is that of the heap and what it holds outside, each time after a whole
  collection of garbage: how much memory a process holds says more of V8, which lets garbage lie until it is short of
  room (the bare agent grows as steward does). Median slope of all pairs of samples, in runs of their own.
- *Quiet health check*: in a mount namespace where twelve shipped probes read recorded output and find nothing
  (\`bench/quiet-machine.sh\`; needs \`unshare\`). Processor time is getrusage(2) of the Node process, commands apart.
- *Isolation*: in process, from the permit to the end of \`true\`; only what is more than observing pays it.
- *Screen*: in a pseudo terminal of 80 columns and 24 rows, read through a terminal emulator, beside a bare Ink prompt
  that is bundled alike (\`bench/floors/ink-prompt.tsx\`). Usable: from spawn to the echo of the first key. Key echo: from
  a key to the first bytes that hold it. Streaming: proc_pid_stat(5), from Enter to the end of the answer. Growth: the
  heap after garbage collection, after the second of two equal parts less after the first.
- *Intake*: from the first byte of a delivery to its 202 at the sender; the spool is filled before serve starts.
- *Policy*: in process, from the text of a line to its verdict.

Again: \`npm run bench\`; \`npm run bench -- --quick\` for a look, \`--only own-time\` for one measure (neither writes this page).
`;
}

await main();
