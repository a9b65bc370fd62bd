import {
  belowOf,
  findIncident,
  readBook,
  reportIncident,
  tellIncident,
  whyNoRun,
} from '../../app/incidents/incidents.ts';
import { countNoise, listNoise } from '../../app/incidents/noise.ts';
import { viewIncidents, viewReport } from '../../app/system-view.ts';
import type { World } from '../../app/world.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { type Incident, VERDICTS, type Verdict } from '../../protocol/incident.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { incidentFields, incidentLine, incidentText } from '../print/incident-text.ts';
import { noiseFields, noiseText } from '../print/noise-text.ts';

const VERBS = ['show', 'ack', 'close', 'report'];
const USAGE = 'steward incidents list or noise, or show, ack, close or report with the id of one';
/** Such as are over are listed with --all. */
const OVER = ['resolved', 'expired', 'closed'];

/** `steward incidents list | show ID | ack ID | close ID | report ID | noise`. */
export async function run(call: CommandCall): Promise<number> {
  const { args } = call;
  const [verb = 'list', id, ...rest] = args.positionals;
  if (verb === 'list' && id === undefined) return list(call);
  if (verb === 'noise' && id === undefined) return noise(call);
  if (id === undefined || rest.length > 0 || !VERBS.includes(verb)) {
    throw new OpsError('usage', 'usage', USAGE, { hint: 'steward incidents list shows the ids' });
  }
  if (verb === 'report') return report(call, id);
  return verb === 'show' ? show(call, id) : tell(call, verb, id);
}

async function list({ args, streams, ...call }: CommandCall): Promise<number> {
  const world = await worldOf({ args, streams, ...call });
  const own = [...(await readBook(world)).incidents.values()];
  const system = await viewIncidents(world);
  if (system.problem !== null)
    await streams.err(`steward: the system's incidents are not listed: ${system.problem}\n`);
  const isSystem = new Set(system.items);
  const all = [...own, ...system.items].sort((a, b) => b.openedAt - a.openedAt);
  if (args.has('json')) {
    const fields = all.map((one) => ({ ...incidentFields(one), at: isSystem.has(one) ? 'system' : 'here' }));
    await streams.out(jsonLine(world.masker.maskValue({ incidents: fields })));
    return 0;
  }
  const active = all.filter(({ state }) => !OVER.includes(state));
  const over = args.has('all') ? 0 : all.length - active.length;
  // One line for one thing: what belongs to another that is listed is counted there.
  const ids = new Set(active.map(({ id }) => id));
  const shown = args.has('all')
    ? all
    : active.filter(({ foldedInto }) => foldedInto === null || !ids.has(foldedInto));
  const countBelow = (id: string): number =>
    args.has('all') ? 0 : active.filter(({ foldedInto }) => foldedInto === id).length;
  const more =
    over === 0 ? '' : `${over} that ${over === 1 ? 'is' : 'are'} over: steward incidents list --all\n`;
  const lines =
    shown.length === 0
      ? 'Nothing fires.\n'
      : shown
          .map((one) => incidentLine(one, isSystem.has(one) ? 'system' : null, countBelow(one.id)))
          .join('');
  const noisy = countNoise(own);
  const hint =
    noisy === 0 ? '' : `${noisy} ${noisy === 1 ? 'looks' : 'look'} like noise: steward incidents noise\n`;
  await streams.say(`${lines}${more}${hint}`);
  return 0;
}

async function noise(call: CommandCall): Promise<number> {
  const world = await worldOf(call);
  const all = await listNoise(world);
  if (call.args.has('json')) {
    await call.streams.out(jsonLine(world.masker.maskValue({ noise: all.map(noiseFields) })));
  } else await call.streams.say(noiseText(all));
  return 0;
}

async function show(call: CommandCall, id: string): Promise<number> {
  const world = await worldOf(call);
  return print(call, await find(world, id), world);
}

/** Ours, else the system's. */
async function find(world: World, id: string): Promise<Incident> {
  const own = await readBook(world);
  try {
    return findIncident(own, id);
  } catch (error) {
    const { items } = await viewIncidents(world);
    if (!(error instanceof OpsError) || items.length === 0) throw error;
    return findIncident({ ...own, incidents: new Map(items.map((one) => [one.id, one])) }, id);
  }
}

async function tell(call: CommandCall, verb: string, id: string): Promise<number> {
  const world = await worldOf(call);
  const type = verb === 'ack' ? 'operator.acked' : 'operator.closed';
  const comment = call.args.value('comment') ?? null;
  const verdict = readVerdict(call.args.value('verdict'), verb);
  return print(call, await tellIncident(world, type, { id, comment, verdict }), world);
}

async function print({ args, streams }: CommandCall, incident: Incident, world: World): Promise<number> {
  const waits = await whyNoRun(world, incident);
  if (args.has('json')) {
    await streams.out(jsonLine(world.masker.maskValue({ ...incidentFields(incident), waits })));
  } else await streams.say(incidentText(incident, waits, await belowOf(world, incident)));
  return 0;
}

function readVerdict(given: string | undefined, verb: string): Verdict | undefined {
  if (given === undefined) return undefined;
  const verdict = VERDICTS.find((each) => each === given);
  if (verdict !== undefined && verb === 'close') return verdict;
  const message = verb === 'close' ? `--verdict: "${given}" is none` : '--verdict goes with close';
  throw new OpsError('usage', 'usage', message, { hint: `one of ${VERDICTS.join(', ')}` });
}

async function report(call: CommandCall, id: string): Promise<number> {
  const { args, streams } = call;
  const world = await worldOf(call);
  const incident = await find(world, id);
  const own = (await readBook(world)).incidents.has(incident.id);
  const text = (own ? null : await viewReport(world, incident.id)) ?? (await reportIncident(world, id));
  if (!args.has('json')) {
    await streams.say(text);
    return 0;
  }
  const fields = incidentFields(incident);
  await streams.out(jsonLine(world.masker.maskValue({ ...fields, report: text })));
  return 0;
}
