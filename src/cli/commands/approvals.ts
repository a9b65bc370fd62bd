import {
  approveElsewhere,
  denyElsewhere,
  findElsewhere,
  listElsewhere,
  showElsewhere,
} from '../../app/change/approvals-elsewhere.ts';
import { approvalsOf, approveChange, denyChange } from '../../app/change/approve-change.ts';
import { continueAnswered, nextAnswered } from '../../app/change/continue-answered.ts';
import { showParked } from '../../app/change/show-parked.ts';
import { viewApprovals } from '../../app/system-view.ts';
import type { World } from '../../app/world.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Approval } from '../../protocol/approval.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { approvalLine, approvalText, shownText } from '../print/approval-text.ts';
import { readFormat } from '../read-request.ts';
import { printRun } from '../run-and-print.ts';
import { abortOnSignals } from '../signals.ts';

/** `steward approvals list | show ID | approve ID | deny ID | continue`. */
export async function run(call: CommandCall): Promise<number> {
  const { args } = call;
  const [verb = 'list', id, ...rest] = args.positionals;
  if (verb === 'list' && id === undefined) return list(call);
  if (verb === 'continue' && id === undefined) return goOn(call);
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
  const world = await worldOf(call);
  const own = await approvalsOf(world).list();
  const elsewhere = await listElsewhere(world);
  const { problem } = elsewhere;
  if (problem !== null) await streams.err(`steward: the executor was not asked: ${problem}\n`);
  const system = await viewApprovals(world);
  if (system.problem !== null)
    await streams.err(`steward: the system's steward was not asked: ${system.problem}\n`);
  const isShown = ({ state }: Approval): boolean => args.has('all') || state === 'pending';
  const shown = [
    ...elsewhere.approvals.filter(isShown).map((approval) => ({ ...approval, at: 'executor' as const })),
    ...system.items.filter(isShown).map((approval) => ({ ...approval, at: 'system' as const })),
    ...own.filter(isShown).map((approval) => ({ ...approval, at: 'here' as const })),
  ];
  const hasBoth = elsewhere.approvals.length + system.items.length > 0;
  if (args.has('json'))
    await streams.out(
      jsonLine({ approvals: shown, ...(problem === null ? {} : { executor_problem: problem }) }),
    );
  else
    await streams.say(
      shown.length === 0
        ? `Nothing waits for an answer${problem === null ? '' : ' here; what waits at the executor is not known'}.\n`
        : shown.map((approval) => approvalLine(approval, hasBoth ? approval.at : null)).join(''),
    );
  return 0;
}

async function show(call: CommandCall, id: string): Promise<number> {
  const { args, streams } = call;
  const world = await worldOf(call);
  const systems = await findSystems(world, id);
  if (systems !== null) {
    if (args.has('json')) await streams.out(jsonLine({ ...systems, at: 'system' }));
    else
      await streams.say(`${approvalText(systems)}It waits at the system's steward: answer it as its user.\n`);
    return 0;
  }
  const { approval, socket } = await find(world, id);
  const { signal } = abortOnSignals();
  const plan =
    socket === null ? await showParked(world, approval, signal) : await showElsewhere({ socket, approval });
  if (args.has('json')) await streams.out(jsonLine({ ...approval, plan }));
  else await streams.say(`${approvalText(approval, socket)}${plan === null ? '' : shownText(plan)}`);
  return 0;
}

async function approve(call: CommandCall, id: string): Promise<number> {
  const { args } = call;
  const format = args.has('json') ? 'json' : readFormat(call);
  const comment = args.value('comment') ?? null;
  const { signal } = abortOnSignals();
  const world = await worldOf(call);
  const { approval, socket } = await find(world, id);
  checkSeen(approval, args.value('digest'));
  const view = { format, isStructured: false, windowOf: () => null };
  return printRun(call, world, view, (listener) =>
    socket === null
      ? approveChange(world, { id: approval.id, comment, digest: approval.digest }, listener, signal)
      : approveElsewhere(world, { socket, approval }, comment, listener, signal),
  );
}

async function deny(call: CommandCall, id: string): Promise<number> {
  const { args, streams } = call;
  const comment = args.value('comment') ?? null;
  const world = await worldOf(call);
  const { approval, socket } = await find(world, id);
  const denied =
    socket === null
      ? await denyChange(world, { id: approval.id, comment })
      : await denyElsewhere({ socket, approval }, comment);
  if (args.has('json')) await streams.out(jsonLine(denied));
  else await streams.say(`${denied.id} is denied; nothing is done.\n`);
  return 0;
}

const BUSY_POLL_MS = 1_000;

/**
 * For steward-continue.service: each of our runs that the executor has an answer for goes on, one after the other. The
 * first exit status that is none of success is the whole one's.
 */
async function goOn(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const format = args.has('json') ? 'json' : readFormat(call);
  const world = await worldOf(call);
  const { signal } = abortOnSignals();
  const view = { format, isStructured: false, windowOf: () => null };
  const tried = new Set<string>();
  let code = 0;
  while (!signal.aborted) {
    const answered = await nextAnswered(world, tried);
    if (answered === null) break;
    // Somebody was quick: the run that asked has not even ended. Others may be answered meanwhile.
    if (answered === 'busy') {
      await world.clock.sleep(BUSY_POLL_MS, signal);
      continue;
    }
    tried.add(answered.approved.approval.id);
    const ended = await printRun(call, world, view, (listener) =>
      continueAnswered(world, answered, listener, signal),
    );
    if (code === 0) code = ended;
  }
  if (tried.size === 0 && format === 'text')
    await streams.say('No run of yours waits for an answer that was given.\n');
  return code;
}

/** A plan for the same target can take the place of another while somebody reads it. */
function checkSeen({ id, digest }: Approval, seen: string | undefined): void {
  if (seen === undefined || (seen.length >= 8 && digest.startsWith(seen))) return;
  throw new OpsError('approval-other-digest', 'input', `${id} is about another plan by now than ${seen}`, {
    hint: `steward approvals show ${id}`,
  });
}

/** Of the system's steward, for whoever may only look at it; null where it is not one of those. */
async function findSystems(world: World, id: string): Promise<Approval | null> {
  const { items } = await viewApprovals(world);
  const matching = items.filter((one) => one.id.startsWith(id));
  return matching.length === 1 ? (matching[0] ?? null) : null;
}

/** Here, else at the executor (`socket`). */
async function find(world: World, id: string): Promise<{ approval: Approval; socket: string | null }> {
  try {
    return { approval: await approvalsOf(world).find(id), socket: null };
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'no-approval') throw error;
    const elsewhere = await findElsewhere(world, id);
    if (elsewhere === null) throw error;
    return elsewhere;
  }
}
