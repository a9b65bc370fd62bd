import { describeAction } from '../protocol/action.ts';
import type { ProbeSpec, ProbeStep } from '../protocol/probe.ts';
import { FillError, fillArgv, lookUp, type Scope } from './fill-words.ts';
import { CAPTURE_BYTES, type Gathered, type GatherPorts, nothing } from './gather-ports.ts';
import { parseOutput } from './parse-output.ts';
import { type ProbeState, stateOfProcess } from './probe-state.ts';

/** Of one list: more disks or repositories than this in one probe are for a probe of the operator's own. */
const MOST_ITEMS = 32;
const PARALLEL = 4;

interface StepResult {
  state: ProbeState;
  output: unknown;
  exit: number | null;
  text: string;
  command: string;
}

/** One element's run, as facts see it. */
interface ItemResult {
  item: unknown;
  ok: boolean;
  problem: string | null;
  exit: number | null;
  output: unknown;
}

/**
 * Several commands, one after another, each with what the earlier ones said. Output: step name → what it said, or for
 * a step with `each` a list with one entry an element. The first step that fails decides; of elements, each for itself.
 */
export async function runSteps(
  spec: ProbeSpec,
  steps: readonly ProbeStep[],
  id: string,
  ports: GatherPorts,
  signal: AbortSignal,
): Promise<Gathered> {
  const outputs: Record<string, unknown> = {};
  const texts: string[] = [];
  const commands: string[] = [];
  let exit: number | null = null;
  for (const [index, step] of steps.entries()) {
    const scope: Scope = { ...spec.given, given: spec.given, ...outputs };
    const names = new Set([...Object.keys(spec.given), ...Object.keys(outputs)]);
    const stepId = `${id}.${index + 1}`;
    if (step.each === null) {
      const result = await runOne(spec, step, scope, names, stepId, ports, signal);
      commands.push(result.command);
      if (result.state.status !== 'ok') {
        const reason = `${step.name}: ${result.state.reason}`;
        return { ...nothing(result.state.status, reason), command: describeCommands(commands) };
      }
      outputs[step.name] = result.output;
      texts.push(result.text);
      exit = result.exit;
      continue;
    }
    // A list that is not there is one of nothing: `smartctl --scan` on a machine without disks.
    const items = lookUp(step.each, scope) ?? [];
    if (!Array.isArray(items)) return nothing('failed', `${step.each} is not a list`);
    if (items.length > MOST_ITEMS) {
      return nothing('failed', `${step.each} has ${items.length} elements, more than ${MOST_ITEMS}`);
    }
    outputs[step.name] = await runEach(items, async (item, at): Promise<ItemResult> => {
      const own = { ...scope, [step.as]: item };
      const result = await runOne(
        spec,
        step,
        own,
        new Set([...names, step.as]),
        `${stepId}.${at + 1}`,
        ports,
        signal,
      );
      texts.push(result.text);
      commands.push(result.command);
      const { state, output } = result;
      return { item, ok: state.status === 'ok', problem: state.reason, exit: result.exit, output };
    });
  }
  const text = texts.filter((part) => part.trim() !== '').join('\n');
  const command = describeCommands(commands);
  return {
    ...nothing('ok', null),
    text,
    totalBytes: Buffer.byteLength(text),
    exit,
    output: outputs,
    command,
  };
}

const SHOWN_COMMANDS = 3;

function describeCommands(commands: readonly string[]): string {
  const more = commands.length - SHOWN_COMMANDS;
  return [...commands.slice(0, SHOWN_COMMANDS), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

async function runEach<T>(
  items: readonly unknown[],
  work: (item: unknown, at: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  const queue = items.map((item, at) => ({ item, at }));
  const next = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      results[one.at] = await work(one.item, one.at);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, next));
  return results;
}

async function runOne(
  spec: ProbeSpec,
  step: ProbeStep,
  scope: Scope,
  names: ReadonlySet<string>,
  id: string,
  ports: GatherPorts,
  signal: AbortSignal,
): Promise<StepResult> {
  let command = describeAction({ kind: 'process', argv: step.argv, cwd: ports.cwd });
  const failed = (reason: string): StepResult => ({
    state: { status: 'failed', reason },
    output: null,
    exit: null,
    text: '',
    command,
  });
  let argv: string[];
  try {
    argv = fillArgv(step.argv, scope, names);
  } catch (error) {
    if (error instanceof FillError) return failed(error.message);
    throw error;
  }
  const action = { kind: 'process', argv, cwd: ports.cwd } as const;
  command = describeAction(action);
  const admission = await ports.gate.perform({ id, origin: 'probe', action }, async (permit) => {
    const limits = { timeoutMs: spec.timeoutMs, limitBytes: CAPTURE_BYTES, signal };
    const result = await ports.processes.run(permit, limits);
    const state = stateOfProcess(result, step.okExits, spec.timeoutMs);
    return {
      value: { result, state },
      trace: { ok: state.status === 'ok', summary: state.reason ?? `exit ${result.exitCode}` },
    };
  });
  if (admission.kind === 'refused') return failed(`refused: ${admission.reason}`);
  const { result, state } = admission.value;
  const text = result.stdout.text;
  const exit = result.exitCode;
  if (state.status !== 'ok') return { state, output: null, exit, text, command };
  if (result.stdout.isTruncated)
    return failed(`printed ${result.stdout.totalBytes} bytes, too much to judge`);
  // `findmnt` with nothing to list: an accepted exit, and not a word.
  if (exit !== 0 && text.trim() === '') return { state, output: null, exit, text, command };
  const parsed = parseOutput(step.parse, text);
  return parsed.ok ? { state, output: parsed.output, exit, text, command } : failed(parsed.reason);
}
