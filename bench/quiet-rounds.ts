import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from './model-server.ts';
import { makeHome, NODE, STEWARD, target } from './program.ts';
import { childrenCpuMs, runChild } from './run-child.ts';

/** One measured process. */
export interface Taken {
  wallMs: number;
  /** Of the Node process alone. */
  ownCpuMs: number;
  /** With the launcher and all commands. */
  allCpuMs: number;
}

export interface QuietRounds {
  bare: Taken[];
  check: Taken[];
  modelRequests: number;
  tokens: number;
  probes: number;
}

const WARM_UP = 2;

/** Run by quiet-machine.sh: health checks and bare starts of Node in turn; the answer is JSON on stdout. */
async function main(rounds: number): Promise<QuietRounds> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-quiet-'));
  // A model is there, and has nothing to say: a request would fail the run.
  const server = await startServer(folder, 'anthropic', []);
  try {
    const { home, cwd } = makeHome(folder);
    const { env } = target('anthropic', server.url, home);
    const found: QuietRounds = { bare: [], check: [], modelRequests: 0, tokens: 0, probes: 0 };
    const take = async (argv: string[]): Promise<{ taken: Taken; stdout: string }> => {
      const before = childrenCpuMs();
      const ran = await runChild(argv, { env, cwd, isUsageWanted: true });
      if (ran.exitCode !== 0)
        throw new Error(`${argv.join(' ')}: exit ${ran.exitCode}: ${ran.stdout} ${ran.stderr}`);
      const allCpuMs = childrenCpuMs() - before;
      return {
        taken: { wallMs: ran.wallMs, ownCpuMs: ran.own?.cpuMs ?? Number.NaN, allCpuMs },
        stdout: ran.stdout,
      };
    };
    for (let round = 0; round < rounds + WARM_UP; round++) {
      const bare = await take([NODE, '-e', '0']);
      const check = await take([STEWARD, 'run', 'health-check', '--output-format', 'json']);
      const result = JSON.parse(check.stdout) as CheckResult;
      if (result.outcome !== 'healthy') throw new Error(`not healthy: ${check.stdout}`);
      found.probes = result.evidence.filter(({ kind, ok }) => kind === 'probe' && ok).length;
      found.tokens += result.usage.input_tokens + result.usage.output_tokens;
      if (round < WARM_UP) continue;
      found.bare.push(bare.taken);
      found.check.push(check.taken);
    }
    found.modelRequests = server.requests().length;
    return found;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of the result object, what is looked at. */
interface CheckResult {
  outcome: string;
  usage: { input_tokens: number; output_tokens: number };
  evidence: { kind: string; ok: boolean }[];
}

if (import.meta.main) process.stdout.write(JSON.stringify(await main(Number(process.argv[2]))));
