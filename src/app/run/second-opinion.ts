import type { Gate } from '../../protocol/gate.ts';
import type { Processes } from '../../protocol/machine.ts';
import type { Judgement } from '../../protocol/verdict.ts';
import { judgeOrigin, type Lookups, readListing } from '../../provenance/index.ts';
import { observedNames } from '../state/observed-names.ts';
import type { World } from '../world.ts';
import type { Recorder } from './recorder.ts';

/** What policy allows, seen by where its words came from. The gate is needed to ask the machine for its names. */
export function createSecondOpinion(
  world: World,
  parts: { recorder: Recorder; processes: Processes; gate(): Gate; signal: AbortSignal },
): (judgement: Judgement) => Promise<Judgement> {
  const lists = new Map<string, Promise<string | null>>();
  let asked = 0;
  /** What a listing command printed: once, until something may have changed. null: it could not be asked. */
  const list = (argv: readonly string[]): Promise<string | null> => {
    const key = argv.join('\0');
    const known = lists.get(key);
    if (known !== undefined) return known;
    const answer = runListing(parts, argv, () => `I${++asked}`);
    lists.set(key, answer);
    return answer;
  };
  const lookups: Lookups = {
    async units() {
      if (!world.operatorFiles.exists('/run/systemd/system')) return null;
      const names = new Set<string>();
      for (const verb of ['list-units', 'list-unit-files']) {
        const text = await list(['systemctl', verb, '--all', '--plain', '--no-legend', '--no-pager']);
        if (text === null) return null;
        for (const name of readListing(text, 'first')) names.add(name);
      }
      return names;
    },
    async listed({ argv, parse }) {
      const text = await list(argv);
      return text === null ? null : readListing(text, parse);
    },
    async pathExists(path) {
      const whole = path.startsWith('/') ? path : `${world.cwd}/${path}`;
      if ((await world.files.facts(whole)) !== undefined) return 'there';
      const real = await world.files.resolve(path, world.cwd);
      const parent = await world.files.resolve(`${real}/..`, world.cwd);
      return (await world.files.facts(parent)) === undefined ? 'no' : 'parent';
    },
  };
  let isStateKnown = false;
  return async (judgement) => {
    if (!isStateKnown) {
      isStateKnown = true;
      // What a scan has seen is there, or was; a run need not see it again to name it.
      parts.recorder.origins.addFacts({ names: await observedNames(world) }, ['names']);
    }
    const answer = await judgeOrigin(judgement, parts.recorder.origins, lookups);
    // What it does may make or remove names.
    if (answer.effect !== 'observe' && answer.verdict === 'allow') lists.clear();
    return answer;
  };
}

const LIST_TIMEOUT_MS = 5_000;
const LIST_LIMIT_BYTES = 1024 * 1024;

async function runListing(
  { processes, gate, signal }: { processes: Processes; gate(): Gate; signal: AbortSignal },
  argv: readonly string[],
  nextId: () => string,
): Promise<string | null> {
  if (processes.find(argv[0] ?? '') === undefined) return null;
  const admission = await gate().perform(
    { id: nextId(), origin: 'probe', action: { kind: 'process', argv: [...argv], cwd: '/' } },
    async (permit) => {
      const options = { timeoutMs: LIST_TIMEOUT_MS, limitBytes: LIST_LIMIT_BYTES, signal };
      const value = await processes.run(permit, options);
      return { value, trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode}` } };
    },
  );
  // An answer that is not whole would make strangers of what is there.
  if (admission.kind !== 'done' || admission.value.exitCode !== 0 || admission.value.stdout.isTruncated)
    return null;
  return admission.value.stdout.text;
}
