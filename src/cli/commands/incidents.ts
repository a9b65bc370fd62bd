import { findIncident, readBook, reportIncident, tellIncident } from '../../app/incidents.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Incident } from '../../protocol/incident.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { incidentFields, incidentLine, incidentText } from '../print/incident-text.ts';

const VERBS = ['show', 'ack', 'close', 'report'];
/** Such as are over are listed with --all. */
const OVER = ['resolved', 'expired', 'closed'];

/** `steward incidents list | show ID | ack ID | close ID | report ID`. */
export async function run(call: CommandCall): Promise<number> {
  const { args } = call;
  const [verb = 'list', id, ...rest] = args.positionals;
  if (verb === 'list' && id === undefined) return list(call);
  if (id === undefined || rest.length > 0 || !VERBS.includes(verb)) {
    throw new OpsError(
      'usage',
      'usage',
      'steward incidents list, or show, ack, close or report with the id of one',
      {
        hint: 'steward incidents list shows the ids',
      },
    );
  }
  if (verb === 'report') return report(call, id);
  return verb === 'show' ? show(call, id) : tell(call, verb, id);
}

async function list({ args, streams, ...call }: CommandCall): Promise<number> {
  const world = await worldOf({ args, streams, ...call });
  const all = [...(await readBook(world)).incidents.values()].sort((a, b) => b.openedAt - a.openedAt);
  if (args.has('json')) {
    await streams.out(jsonLine(world.masker.maskValue({ incidents: all.map(incidentFields) })));
    return 0;
  }
  const shown = args.has('all') ? all : all.filter(({ state }) => !OVER.includes(state));
  const over = all.length - shown.length;
  const more =
    over === 0 ? '' : `${over} that ${over === 1 ? 'is' : 'are'} over: steward incidents list --all\n`;
  const lines = shown.length === 0 ? 'Nothing fires.\n' : shown.map((one) => incidentLine(one)).join('');
  await streams.say(`${lines}${more}`);
  return 0;
}

async function show(call: CommandCall, id: string): Promise<number> {
  const world = await worldOf(call);
  return print(call, findIncident(await readBook(world), id), world.masker.maskValue);
}

async function tell(call: CommandCall, verb: string, id: string): Promise<number> {
  const world = await worldOf(call);
  const type = verb === 'ack' ? 'operator.acked' : 'operator.closed';
  const comment = call.args.value('comment') ?? null;
  return print(call, await tellIncident(world, type, { id, comment }), world.masker.maskValue);
}

async function print(
  { args, streams }: CommandCall,
  incident: Incident,
  mask: (value: unknown) => unknown,
): Promise<number> {
  if (args.has('json')) await streams.out(jsonLine(mask(incidentFields(incident))));
  else await streams.say(incidentText(incident));
  return 0;
}

async function report(call: CommandCall, id: string): Promise<number> {
  const { args, streams } = call;
  const world = await worldOf(call);
  const text = await reportIncident(world, id);
  if (!args.has('json')) {
    await streams.say(text);
    return 0;
  }
  const fields = incidentFields(findIncident(await readBook(world), id));
  await streams.out(jsonLine(world.masker.maskValue({ ...fields, report: text })));
  return 0;
}
