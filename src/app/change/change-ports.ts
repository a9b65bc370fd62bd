import type { ChangePorts } from '../../changes/index.ts';
import { EXPECTATION_VARIABLES } from '../../changes/index.ts';
import { createGate, foresee, runCanary } from '../../gate/index.ts';
import { createProcesses, createScratch, createSecretLinkFinder } from '../../host/index.ts';
import { compileExpression } from '../../lib/expression.ts';
import type { ChangeEvent } from '../../protocol/change-event.ts';
import type { Gate, Grant } from '../../protocol/gate.ts';
import { changesFolder } from '../../runs/index.ts';
import { createTypedCalls } from '../../tools/index.ts';
import { createGraphOpinion } from '../graph/graph-opinion.ts';
import { lettingNote, NOTE_SOURCE } from '../knowledge/propose-note.ts';
import { gather } from '../looking/gather.ts';
import { loadProbes, pickProbes } from '../looking/probes.ts';
import { createPolicing, type Policing } from '../policy/policing.ts';
import { confinementOf } from '../run/confinement.ts';
import { gateOptionsOf } from '../run/gating.ts';
import type { Recorder } from '../run/recorder.ts';
import { surroundingsOf } from '../run/surroundings.ts';
import type { World } from '../world.ts';
import { ownGroundOf } from './own-ground.ts';

/** What one change works with: its own gate, which does nothing above observe before `allow` was called. */
export interface ChangeBench {
  ports: ChangePorts;
  gate: Gate;
  policing: Policing;
  allow(grant: Grant): void;
  /** When nothing more is to be checked. */
  clear(): Promise<void>;
}

export interface ChangeBenchOptions {
  run: string;
  /** `X1` */
  change: string;
  recorder: Recorder;
  /** False for a mere look: nothing is kept, and nothing may have an effect. */
  isLogged: boolean;
  signal: AbortSignal;
  /** A person is there; absent: nobody is. Decides which rules of settings are valid. */
  isAttended?: boolean;
  /** Tools and rules that were taken away: a change is no way around them. */
  denied?: readonly string[];
  /** Whose change it is, as it is kept with what waits. */
  source?: string;
}

export async function openBench(world: World, options: ChangeBenchOptions): Promise<ChangeBench> {
  const { run, recorder, signal } = options;
  let grant: Grant | null = null;
  const plain = await createPolicing(world, {
    mode: 'default',
    allowed: [],
    denied: options.denied ?? [],
    isAttended: options.isAttended ?? false,
  });
  const policing =
    options.source === NOTE_SOURCE ? { ...plain, judge: lettingNote(world, plain.judge) } : plain;
  const gateOptions = {
    ...gateOptionsOf(world, {
      run,
      policing,
      sink: recorder,
      autonomy: 'full',
      mode: 'default',
      isLogged: options.isLogged,
    }),
    grant: () => grant,
  };
  // All of it now: halfway through a change is too late to find out.
  if (options.isLogged) await runCanary(gateOptions);
  const gate = createGate(gateOptions);
  const processes = createProcesses({
    clock: world.clock,
    store: world.store,
    extraEnv: { ...world.settings.environment, STEWARD_RUN: run },
    confinement: confinementOf(world, policing.policy),
  });
  const scratch = createScratch();
  const graphOpinion = createGraphOpinion(world);
  const folder = changeFolder(run, options.change);
  const ports: ChangePorts = {
    gate,
    origin: 'change',
    judge: async (action) => graphOpinion.ofStep(await policing.judge(action)),
    foresee: (action) => foresee(gateOptions, { id: options.change, origin: 'change', action }),
    toAction: policing.policy.toAction,
    typed: createTypedCalls(
      () => surroundingsOf(world),
      [...(options.denied ?? []), ...world.settings.permissions.deny],
    ),
    processes,
    files: world.files,
    http: world.http,
    clock: world.clock,
    evaluate: async (source, values) =>
      (await compileExpression(source, EXPECTATION_VARIABLES)).evaluate(values),
    probe: (name) => lookWith(world, name, { recorder, gate, processes, signal }),
    prometheus: null,
    kept: {
      write: (name, text) => world.store.write(`${folder}/${name}`, text),
      read: (name) => world.store.readText(`${folder}/${name}`),
      pathOf: (name) => world.store.pathOf(`${folder}/${name}`),
    },
    copyOf: scratch.write,
    secrets: secretsOf(policing.policy, world.cwd),
    record: (event: ChangeEvent) => recorder.record(event),
    sync: () => recorder.sync(),
    mask: world.masker.mask,
    hostname: world.host.hostname,
    deadManMs: world.settings.changes.dead_man,
    ground: ownGroundOf(world),
    cwd: world.cwd,
    signal,
  };
  return {
    ports,
    gate,
    policing,
    clear: scratch.clear,
    allow(given) {
      grant = given;
    },
  };
}

function secretsOf(policy: Policing['policy'], cwd: string): ChangePorts['secrets'] {
  const secretNameOf = createSecretLinkFinder(policy, cwd);
  return { isSecret: policy.isSecretPath, isSecretLink: (path) => secretNameOf(path) !== undefined };
}

/** Where a change keeps its plan and what it may have to put back; private, since nothing in it is masked. */
export function changeFolder(run: string, change: string): string {
  return `${changesFolder(run)}/${change}`;
}

async function lookWith(
  world: World,
  name: string,
  parts: {
    recorder: Recorder;
    gate: Gate;
    processes: ReturnType<typeof createProcesses>;
    signal: AbortSignal;
  },
): ReturnType<ChangePorts['probe']> {
  const probes = pickProbes(await loadProbes(world), [name], { source: 'the change', reason: 'usage' }, []);
  const gathered = await gather(
    { world, ...parts },
    { probes, slot: 'change', alreadyOpen: [], isLookOnly: true },
  );
  const item = gathered.items[0];
  if (item === undefined || item.status !== 'ok') {
    const detail = item?.reason ?? item?.status ?? 'it is disabled';
    return { ok: false, detail, facts: {}, findings: 0 };
  }
  const found = gathered.findings.map(({ text }) => text);
  return {
    ok: true,
    detail: found.join('; ') || 'no finding',
    facts: item.facts,
    findings: gathered.findings.length,
  };
}
