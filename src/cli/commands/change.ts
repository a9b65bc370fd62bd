import { changeElsewhere, executorFor } from '../../app/change/change-elsewhere.ts';
import { checkChange } from '../../app/change/check-change.ts';
import { loadChange } from '../../app/change/load-change.ts';
import { park } from '../../app/change/park.ts';
import { type Approved, type ChangeRequest, performChange } from '../../app/change/perform-change.ts';
import { proposeLearned } from '../../app/knowledge/propose-learned.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { PlannedChange } from '../../protocol/change.ts';
import { ENDINGS } from '../../protocol/outcome.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { checkedText, planText } from '../print/change-text.ts';
import { readFormat, readSessionId } from '../read-request.ts';
import { printRun } from '../run-and-print.ts';
import { abortOnSignals } from '../signals.ts';

/** `steward change check FILE`, `steward change run FILE`. */
export async function run(call: CommandCall): Promise<number> {
  const [verb, file, ...rest] = call.args.positionals;
  if ((verb !== 'check' && verb !== 'run') || file === undefined || rest.length > 0) {
    throw new OpsError('usage', 'usage', 'steward change check FILE, or steward change run FILE', {
      hint: 'the file is YAML with title, apply and verify; docs/changes.md has examples',
    });
  }
  return verb === 'check' ? check(call, file) : carryOut(call, file);
}

async function check(call: CommandCall, file: string): Promise<number> {
  const { args, streams } = call;
  const signals = abortOnSignals();
  const world = await worldOf(call);
  const checked = await checkChange(world, await loadChange(world, file), signals.signal);
  const isJson = args.has('json') || readFormat(call) !== 'text';
  if (isJson) await streams.out(jsonLine({ file, ...checked }));
  else await streams.say(checkedText(file, checked));
  if (checked.ok) return 0;
  const isFile = checked.problems.length > 0 || checked.files.some(({ ok }) => ok === false);
  return isFile ? ENDINGS.input.exitCode : ENDINGS.escalated.exitCode;
}

async function carryOut(call: CommandCall, file: string): Promise<number> {
  const { args, streams } = call;
  const format = args.has('json') ? 'json' : readFormat(call);
  const signals = abortOnSignals();
  const world = await worldOf(call);
  const change = await loadChange(world, file);
  const run = readSessionId(call) ?? crypto.randomUUID();
  const approve = async (planned: PlannedChange): Promise<Approved> => {
    if (args.has('yes')) return { kind: 'yes' };
    if (streams.stdin.kind !== 'terminal') return park(world, { run, planned, change, source: file });
    await streams.err(`${streams.mask(planText(planned))}\nCarry it out? Type yes: `);
    return { kind: (await firstLine(streams.stdin.chunks())) === 'yes' ? 'yes' : 'no' };
  };
  const { signal } = signals;
  const socket = await executorFor(world, change, { isAttended: streams.stdin.kind === 'terminal', signal });
  const elsewhere: Pick<ChangeRequest, 'elsewhere'> =
    socket === null
      ? {}
      : { elsewhere: (parts) => changeElsewhere({ world, change, socket, signal }, parts) };
  const view = { format, isStructured: false, windowOf: () => null };
  return printRun(call, world, view, (listener) =>
    performChange(
      world,
      {
        ...{ run, parent: null, change, source: file, approve, isAsked: !args.has('yes') },
        onLearned: (learned, parts) => proposeLearned({ world, signal, ...parts }, learned),
        ...elsewhere,
      },
      listener,
      signals.signal,
    ),
  );
}

async function firstLine(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.includes('\n')) break;
  }
  return (text.split('\n')[0] ?? '').trim();
}
