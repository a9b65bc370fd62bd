import type { Gate } from '../protocol/gate.ts';
import type { Processes } from '../protocol/machine.ts';
import type { Judgement } from '../protocol/verdict.ts';
import { judgeOrigin, type Lookups } from '../provenance/index.ts';
import type { Recorder } from './recorder.ts';
import type { World } from './world.ts';

/** What policy allows, seen by where its words came from. The gate is needed to ask the machine for its units. */
export function createSecondOpinion(
  world: World,
  parts: { recorder: Recorder; processes: Processes; gate(): Gate; signal: AbortSignal },
): (judgement: Judgement) => Promise<Judgement> {
  let units: Promise<ReadonlySet<string> | null> | null = null;
  const lookups: Lookups = {
    units() {
      units ??= listUnits(world, parts.gate(), parts);
      return units;
    },
    async pathExists(path) {
      const real = await world.files.resolve(path, world.cwd);
      if ((await world.files.facts(real)) !== undefined) return 'there';
      const parent = await world.files.resolve(`${real}/..`, world.cwd);
      return (await world.files.facts(parent)) === undefined ? 'no' : 'parent';
    },
  };
  return (judgement) => judgeOrigin(judgement, parts.recorder.origins, lookups);
}

const LIST_TIMEOUT_MS = 5_000;
const LIST_LIMIT_BYTES = 1024 * 1024;

/** Names of all units that systemd has loaded or could load; null where it cannot be asked. */
async function listUnits(
  world: World,
  gate: Gate,
  { processes, signal }: { processes: Processes; signal: AbortSignal },
): Promise<ReadonlySet<string> | null> {
  const isSystemd =
    world.operatorFiles.exists('/run/systemd/system') && processes.find('systemctl') !== undefined;
  if (!isSystemd) return null;
  const names = new Set<string>();
  for (const [index, verb] of ['list-units', 'list-unit-files'].entries()) {
    const argv = ['systemctl', verb, '--all', '--plain', '--no-legend', '--no-pager'];
    const admission = await gate.perform(
      { id: `I${index + 1}`, origin: 'probe', action: { kind: 'process', argv, cwd: '/' } },
      async (permit) => {
        const options = { timeoutMs: LIST_TIMEOUT_MS, limitBytes: LIST_LIMIT_BYTES, signal };
        const value = await processes.run(permit, options);
        return { value, trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode}` } };
      },
    );
    // An answer that is not whole would make strangers of units that are there.
    if (admission.kind !== 'done' || admission.value.exitCode !== 0 || admission.value.stdout.isTruncated)
      return null;
    for (const line of admission.value.stdout.text.split('\n')) {
      const name = line.trim().split(/\s+/)[0];
      if (name !== undefined && name !== '') names.add(name);
    }
  }
  return names;
}
