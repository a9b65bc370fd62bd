import { type Diagnosis, diagnose } from '../../app/doctor/doctor.ts';
import { describeExecutor, describeIsolation } from '../../app/doctor/doctor-text.ts';
import { jsonLine } from '../../lib/json-line.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { abortOnSignals } from '../signals.ts';

/** `steward doctor`. Exit 0 when a model can help, 1 when only the rules can. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const world = await worldOf(call);
  const signals = abortOnSignals();
  const found = await signals
    .orEnd(diagnose(world, args.value('model') ?? null, signals.signal))
    .finally(signals.stop);
  if (args.has('json')) await streams.out(jsonLine(world.masker.maskValue(found)));
  else await streams.say(describe(found));
  return found.level === 'rules only' ? 1 : 0;
}

function describe(found: Diagnosis): string {
  const { model, probes } = found;
  const asked = probes.filter(({ status }) => status !== 'not-configured');
  const absent = probes.length - asked.length;
  const width = Math.max(...asked.map(({ name }) => name.length));
  const rows = asked.map(
    ({ name, status, reason }) => `  ${name.padEnd(width)}  ${status}${reason === null ? '' : `: ${reason}`}`,
  );
  return [
    `Level of help   ${found.level}`,
    `Model           ${model.name ?? 'none'}${model.endpoint === null ? '' : ` at ${model.endpoint}`}`,
    `                ${model.detail}`,
    `Isolation       ${describeIsolation(found.isolation)}`,
    ...(found.executor === null ? [] : [`Executor        ${describeExecutor(found.executor)}`]),
    `State           ${found.state.location}${found.state.kind === 'memory' ? ' (in memory: nothing is kept, observe only)' : ''}`,
    `Settings        ${found.settings.length === 0 ? 'defaults' : found.settings.join(', ')}`,
    `People          ${people(found.people)}`,
    'Probes',
    ...rows,
    ...(absent === 0 ? [] : [`  and ${absent} not configured: steward context doctor says what they need`]),
    ...found.notices.map((notice) => `Note            ${notice}`),
    '',
  ].join('\n');
}

function people(channels: Diagnosis['people']): string {
  if (channels.length === 0) return 'nobody is told of anything: settings name no channel (notify.channels)';
  const named = channels.map(({ channel, kind }) => `${channel} (${kind})`).join(', ');
  return `told on ${named}; steward notify test tries them`;
}
