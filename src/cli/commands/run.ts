import type { World } from '../../app/world.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { parseShallowJson } from '../../lib/shallow-json.ts';
import type { Trigger } from '../../protocol/trigger.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { readFormat, readRequest } from '../read-request.ts';
import { runAndPrint } from '../run-and-print.ts';
import { abortOnSignals } from '../signals.ts';

/** `steward run GOAL`. */
export async function run(call: CommandCall): Promise<number> {
  const { args } = call;
  const [goal, ...rest] = args.positionals;
  if (goal === undefined || rest.length > 0) {
    const message = goal === undefined ? 'which goal?' : `one goal at a time, not also "${rest.join(' ')}"`;
    throw new OpsError('usage', 'usage', message, {
      hint: 'steward run health-check; parameters go with --set k=v',
    });
  }
  const format = readFormat(call);
  const signals = abortOnSignals();
  const world = await worldOf(call);
  const request = await readRequest(call, world);
  const trigger = await readTrigger(args.value('trigger-file'), world);
  const areSetsTyped = trigger.kind === 'manual' && call.streams.stdin.kind === 'terminal';
  const whole = { ...request, goal, areSetsTyped, trigger };
  if (isWatched(call, trigger) || Object.keys(world.settings.notify.channels).length === 0)
    return runAndPrint(call, world, whole, format, signals);
  const { createRunTeller } = await import('../../app/telling/tell-run.ts');
  const log = (line: string): void => void call.streams.err(`steward: ${line}\n`);
  const teller = createRunTeller(world, { trigger, signal: signals.signal, log });
  const exitCode = await runAndPrint(call, world, whole, format, signals, teller.follow);
  await teller.tell();
  return exitCode;
}

/** Somebody sits there and reads. */
function isWatched({ streams }: CommandCall, { kind }: Trigger): boolean {
  const hasTerminal = streams.stdin.kind === 'terminal' || streams.isErrTerminal || streams.isOutTerminal;
  return kind === 'manual' && hasTerminal;
}

/** JSON from whoever woke us. It is data: whatever it says, it is shown to the model inside a fence. */
async function readTrigger(path: string | undefined, world: World): Promise<Trigger> {
  const kind = kindOfCaller(world);
  if (path === undefined) return { kind, payload: null, parent: world.env.STEWARD_RUN ?? null };
  const text = await world.operatorFiles.readText(path).catch((error: unknown) => {
    if (!(error instanceof OpsError)) throw error;
    const hint = error.hint === null ? {} : { hint: error.hint };
    throw new OpsError(error.code, 'input', `--trigger-file: ${error.message}`, { ...hint, cause: error });
  });
  if (text === undefined)
    throw new OpsError('no-trigger-file', 'input', `--trigger-file: there is no file ${path}`);
  let payload: unknown;
  try {
    payload = parseShallowJson(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OpsError('bad-trigger-file', 'input', `${path}: not JSON: ${reason}`, { cause: error });
  }
  return { kind: kindOfPayload(payload) ?? kind, payload, parent: world.env.STEWARD_RUN ?? null };
}

/** systemd sets these for services it starts: nobody sits there. */
function kindOfCaller({ env }: World): Trigger['kind'] {
  if (env.MONITOR_UNIT !== undefined) return 'on-failure';
  // triggers/scheduled-check, also where cron or a person started it.
  if (env.STEWARD_TRIGGER === 'timer') return 'timer';
  return env.INVOCATION_ID !== undefined && env.TERM === undefined ? 'timer' : 'manual';
}

/** Alertmanager's payload has alerts, systemd's spooled record a unit. */
function kindOfPayload(payload: unknown): Trigger['kind'] | null {
  if (typeof payload !== 'object' || payload === null) return 'alert';
  if ('alerts' in payload) return 'alert';
  return 'MONITOR_UNIT' in payload || 'unit' in payload ? 'on-failure' : 'alert';
}
