import { readTimeZone } from '../../host/index.ts';
import {
  incidentReport,
  isActive,
  JOIN_RULES,
  type JoinRules,
  openIncidents,
  RUN_RULES,
  type RunRules,
  readIncidents,
  whyWaits,
} from '../../incidents/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { parseWindow } from '../../lib/week-window.ts';
import type { Incident, IncidentBook, IncidentInput, Verdict } from '../../protocol/incident.ts';
import { createSwitches } from '../../runs/index.ts';
import { openSpool, type Spool } from '../../triggers/index.ts';
import type { World } from '../world.ts';
import { noteOf } from './run-note.ts';

export function joinRulesOf({ settings, host }: World): JoinRules {
  const { heartbeats, heartbeat_timeout: heartbeatMs, expire_after: expireMs } = settings.incidents;
  const names = { own: host.hostname, aliases: settings.incidents.hosts };
  return { ...JOIN_RULES, names, heartbeats, heartbeatMs, expireMs };
}

/** As they are now. A rule whose window cannot be read did not come through the settings. */
export async function runRulesOf(world: World): Promise<RunRules> {
  const {
    settle: settleMs,
    cooldown: cooldownMs,
    runs_per_hour: perHour,
    rules,
    quiet_hours,
    maintenance,
  } = world.settings.incidents;
  const { handsOff } = await createSwitches(world).read('');
  return {
    ...RUN_RULES,
    settleMs,
    cooldownMs,
    perHour,
    rules: rules.map(({ match, goal, cooldown }) => ({ match, goal, cooldownMs: cooldown })),
    quietHours: quiet_hours.flatMap((text) => parseWindow(text) ?? []),
    maintenance: maintenance.flatMap(({ match, during }) => {
      const window = parseWindow(during);
      return window === undefined ? [] : [{ match, during: window }];
    }),
    handsOff,
    zone: readTimeZone(world.env),
    own: world.host.hostname,
  };
}

/** Also while `steward serve` works on them. */
export function readBook(world: World): Promise<IncidentBook> {
  return readIncidents(world.store, joinRulesOf(world));
}

/** What belongs to it and is not over. */
export async function belowOf(world: World, { id }: Incident): Promise<Incident[]> {
  const { incidents } = await readBook(world);
  return [...incidents.values()].filter((one) => one.foldedInto === id && isActive(one));
}

/** For people; null: a run has begun, or is about to wherever serve runs. */
export async function whyNoRun(world: World, incident: Incident): Promise<string | null> {
  return whyWaits(await readBook(world), incident, world.clock.now(), await runRulesOf(world));
}

/** By its id or the unique beginning of one. OpsError `input` for none and for several. */
export function findIncident({ incidents }: IncidentBook, wanted: string): Incident {
  const exact = incidents.get(wanted);
  if (exact !== undefined) return exact;
  const matching = [...incidents.values()].filter(({ id }) => id.startsWith(wanted));
  const [only] = matching;
  if (only !== undefined && matching.length === 1) return only;
  const message =
    only === undefined ? `there is no incident ${wanted}` : `${wanted} is the beginning of several`;
  throw new OpsError('no-incident', 'input', message, { hint: 'steward incidents list shows them' });
}

/** How long a serve that runs may take to do what it was told. */
const APPLY_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 50;

/** Through the serve that keeps the incidents, or by ourselves where none runs. Gives what it became. */
export async function tellIncident(
  world: World,
  type: 'operator.acked' | 'operator.closed',
  { id, comment, verdict }: { id: string; comment: string | null; verdict?: Verdict | undefined },
): Promise<Incident> {
  const { store, clock } = world;
  const before = findIncident(await readBook(world), id);
  const said = { at: clock.now(), incident: before.id, by: world.host.user, comment };
  const input: IncidentInput =
    type === 'operator.closed' && verdict !== undefined ? { ...said, type, verdict } : { ...said, type };
  const spool = await putInputs(world, [input]);
  if (spool === null) return findIncident(await readBook(world), before.id);
  const [name = ''] = (await spool.waiting()).filter((each) => each.includes(`-${process.pid}-`));
  const end = clock.elapsed() + APPLY_WITHIN_MS;
  while (name !== '' && (await store.readText(`spool/${name}`)) !== undefined) {
    if (clock.elapsed() > end) {
      throw new OpsError('not-yet', 'busy', 'steward serve has it, and has not done it yet', {
        hint: 'it is in the spool and is not lost; look again with steward incidents show',
      });
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
  return findIncident(await readBook(world), before.id);
}

/** Into the spool of the serve that keeps the incidents, or by ourselves where none runs: then null. */
export async function putInputs(world: World, inputs: readonly IncidentInput[]): Promise<Spool | null> {
  if (await applyOurselves(world, inputs)) return null;
  const prefix = (): string => `${String(world.clock.now()).padStart(14, '0')}-${process.pid}`;
  const spool = await openSpool(world.store, { prefix });
  await Promise.all(inputs.map((input) => spool.put(JSON.stringify(input))));
  return spool;
}

async function applyOurselves(world: World, inputs: readonly IncidentInput[]): Promise<boolean> {
  try {
    const writer = await openIncidents(world.store, joinRulesOf(world));
    try {
      await writer.append(inputs);
    } finally {
      writer.close();
    }
    return true;
  } catch (error) {
    if (error instanceof OpsError && error.code === 'incidents-busy') return false;
    throw error;
  }
}

/** Markdown, masked. */
export async function reportIncident(world: World, wanted: string): Promise<string> {
  const book = await readBook(world);
  const incident = findIncident(book, wanted);
  const folded = [...book.incidents.values()].filter(({ foldedInto }) => foldedInto === incident.id);
  const notes = await Promise.all(
    incident.runs.map(({ run, outcome }) => noteOf(world, run, outcome ?? 'runs')),
  );
  return world.masker.mask(incidentReport(incident, { folded, notes, now: world.clock.now() }));
}
