import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock, createIsolation, createMemoryStore, createProcesses } from '../../src/host/index.ts';
import { bookOf, createPolicy } from '../../src/policy/index.ts';
import type { IsolationChoice } from '../../src/protocol/isolation.ts';
import { Permit } from '../../src/protocol/permit.ts';
import type { ProgramSpec } from '../../src/protocol/program-spec.ts';
import { spreadOf } from '../statistics.ts';
import { ms, type Row } from '../table.ts';

const WARM_UP = 2;

/** One `true` as the host runs it, from the permit to its end: as it is, and in bubblewrap with what it hides. In process. */
export async function measureIsolation(rounds: number): Promise<Row[]> {
  const cwd = mkdtempSync(join(tmpdir(), 'bench-isolation-'));
  mkdirSync(join(cwd, '.git'));
  try {
    const bare = runner(cwd, 'none');
    const confined = runner(cwd, 'bwrap');
    const rows: Row[] = [];
    for (const profile of ['text', 'host'] as const) {
      const pairs: [number, number][] = [];
      for (let round = 0; round < rounds + WARM_UP; round++) {
        pairs.push([await bare(profile), await confined(profile)]);
      }
      const kept = pairs.slice(WARM_UP);
      const [without, within] = [
        spreadOf(kept.map(([time]) => time)),
        spreadOf(kept.map(([, time]) => time)),
      ];
      rows.push({
        what: `a command in bubblewrap, profile ${profile}`,
        figure: ms(within),
        floor: `${ms(without)}: the same, bare`,
        ratio: within.median / without.median,
        target: 'none: what only observes runs bare',
        isMet: true,
      });
    }
    return rows;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

function runner(cwd: string, choice: IsolationChoice) {
  const isolation = createIsolation({ choice, unit: 'none' });
  const policy = createPolicy({
    specs: bookOf([]),
    rules: { allow: [], ask: [], deny: [] },
    mode: 'default',
    home: process.env.HOME ?? '/root',
    cwd,
    stateLocation: join(cwd, 'state'),
    declaredEndpoints: [],
  });
  const { isSecretPath, secretFolders } = policy;
  const processes = createProcesses({
    clock: createClock(),
    store: createMemoryStore('a bench'),
    confinement: { isolation, isSecretPath, secretFolders, guarded: [] },
  });
  return async (profile: ProgramSpec['profile']): Promise<number> => {
    await isolation.settle();
    const needs = { profiles: [profile], writes: [], reaches: [], environment: [] };
    const permit = Permit.mint('B1', 'reversible', { kind: 'process', argv: ['true'], cwd }, needs);
    const start = performance.now();
    const { exitCode, startError } = await processes.run(permit, {
      timeoutMs: 10_000,
      limitBytes: 1024,
      merge: true,
    });
    if (exitCode !== 0) throw new Error(`true in ${choice}: exit ${exitCode} ${startError ?? ''}`);
    return performance.now() - start;
  };
}
