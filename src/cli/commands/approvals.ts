import { approvalsOf, approveChange, denyChange } from '../../app/change/approve-change.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { approvalLine, approvalText } from '../print/approval-text.ts';
import { readFormat } from '../read-request.ts';
import { printRun } from '../run-and-print.ts';
import { abortOnSignals } from '../signals.ts';

/** `steward approvals list | show ID | approve ID | deny ID`. */
export async function run(call: CommandCall): Promise<number> {
  const { args } = call;
  const [verb = 'list', id, ...rest] = args.positionals;
  if (verb === 'list' && id === undefined) return list(call);
  if (id === undefined || rest.length > 0 || !['show', 'approve', 'deny'].includes(verb)) {
    throw new OpsError(
      'usage',
      'usage',
      'steward approvals list, or show, approve or deny with the id of one',
      {
        hint: 'steward approvals list shows the ids',
      },
    );
  }
  if (verb === 'show') return show(call, id);
  return verb === 'approve' ? approve(call, id) : deny(call, id);
}

async function list(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const all = await approvalsOf(await worldOf(call)).list();
  const shown = args.has('all') ? all : all.filter(({ state }) => state === 'pending');
  if (args.has('json')) await streams.out(jsonLine({ approvals: shown }));
  else
    await streams.say(
      shown.length === 0 ? 'Nothing waits for an answer.\n' : shown.map(approvalLine).join(''),
    );
  return 0;
}

async function show(call: CommandCall, id: string): Promise<number> {
  const { args, streams } = call;
  const approval = await approvalsOf(await worldOf(call)).find(id);
  if (args.has('json')) await streams.out(jsonLine(approval));
  else await streams.say(approvalText(approval));
  return 0;
}

async function approve(call: CommandCall, id: string): Promise<number> {
  const { args } = call;
  const format = args.has('json') ? 'json' : readFormat(call);
  const { signal } = abortOnSignals();
  const world = await worldOf(call);
  const view = { format, isStructured: false, windowOf: () => null };
  return printRun(call, world, view, (listener) =>
    approveChange(world, { id, comment: args.value('comment') ?? null }, listener, signal),
  );
}

async function deny(call: CommandCall, id: string): Promise<number> {
  const { args, streams } = call;
  const approval = await denyChange(await worldOf(call), { id, comment: args.value('comment') ?? null });
  if (args.has('json')) await streams.out(jsonLine(approval));
  else await streams.say(`${approval.id} is denied; nothing is done.\n`);
  return 0;
}
