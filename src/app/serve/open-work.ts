import { type IncidentWriter, openIncidents } from '../../incidents/index.ts';
import type { Telling } from '../../protocol/telling.ts';
import type { Spool } from '../../triggers/index.ts';
import { createNeeds } from '../graph/incident-needs.ts';
import { joinRulesOf, runRulesOf } from '../incidents/incidents.ts';
import type { World } from '../world.ts';
import { createConsulPoll } from './ask-consul.ts';
import { followIncidents } from './follow-incidents.ts';
import type { Metrics } from './metrics.ts';
import { createObserver } from './observe.ts';
import { createSecondLook } from './second-look.ts';
import { createRunStarter } from './start-runs.ts';
import { tellChanges } from './tell-changes.ts';
import { startWorker, type Worker } from './worker.ts';

export interface WorkParts {
  writer: IncidentWriter;
  spool: Spool;
  metrics: Metrics;
  hasRuns: boolean;
  /** Arguments that every run it begins gets. */
  runOptions: readonly string[];
  onTurn(): void;
  log(line: string): void;
}

/** The incidents, kept by this process alone, and told of where somebody tells. OpsError `busy` when another keeps them. */
export async function openBook(
  world: World,
  telling: Telling | undefined,
  log: (line: string) => void,
): Promise<IncidentWriter> {
  const rules = { ...joinRulesOf(world), needs: await createNeeds(world) };
  const writer = await openIncidents(world.store, rules);
  return telling === undefined ? writer : tellChanges(writer, telling, log);
}

/** The worker of this world, at work. */
export async function openWork(world: World, parts: WorkParts): Promise<Worker> {
  const { store, clock } = world;
  const { writer, spool, metrics, log } = parts;
  const observer = await createObserver(world, addressesOf(world));
  const secondLook = createSecondLook(world, observer, createConsulPoll(world, observer, log));
  const runs = createRunStarter(world, { metrics, onEnd: () => worker.wake(), options: parts.runOptions });
  const follower = followIncidents({
    ...{ clock, writer, runs, secondLook },
    rules: () => runRulesOf(world),
    chainDepth: world.settings.chain.depth,
  });
  const worker = startWorker({
    ...{ store, clock, spool, writer, secondLook, log },
    follower: parts.hasRuns ? follower : null,
    endRuns: runs.stop,
    onTurn: parts.onTurn,
  });
  return worker;
}

/** What serve asks besides what settings call endpoints. */
function addressesOf({ settings }: World): string[] {
  const { alertmanagers, consul } = settings.intake;
  return [...Object.values(alertmanagers), ...Object.values(consul)].map(({ url }) => url);
}
