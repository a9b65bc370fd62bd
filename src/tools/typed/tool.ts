import { isAbsolute, join } from 'node:path';
import { printable } from '../../lib/printable.ts';
import type { ProcessResult } from '../../protocol/machine.ts';
import type { Tool, ToolContext, ToolOutput } from '../../protocol/tool.ts';
import type { Ask, CallAids, Pin, Ran } from '../../protocol/typed-call.ts';
import { failure, refusal } from '../outputs.ts';
import type { ToolPorts } from '../ports.ts';
import type { Input } from './build-argv.ts';
import { samePin } from './typed-calls.ts';
import type { TypedProgram } from './typed-program.ts';

const TIMEOUT_MS = 120_000;

/**
 * A typed program as the model uses it. What it talks to is found out at the first use and named from then on; before
 * an effect it is found out once more, and another answer ends the call.
 */
export function createTyped(program: TypedProgram, ports: Pick<ToolPorts, 'around'>): Tool<Input> {
  const pins = new Map<string, Pin>();
  const isObserving = ({ verb }: Input): boolean =>
    program.observing.includes(program.name === 'Journal' ? 'read' : String(verb)) && program.name !== 'Ssh';

  async function pinFor(input: Input, ask: Ask): Promise<Pin | { problem: string }> {
    const key = JSON.stringify([input.repo, input.namespace, input.host]);
    const known = pins.get(key);
    if (known !== undefined && isObserving(input)) return known;
    const found = await program.pin(input, ports.around(), ask);
    if ('problem' in found) return { problem: String(found.problem) };
    const now = found as Pin;
    if (known !== undefined && !samePin(known, now)) {
      return {
        problem: `its target is another by now: this run began with ${program.describe(known)}, and this is ${program.describe(now)}`,
      };
    }
    pins.set(key, now);
    return now;
  }

  return {
    name: program.name,
    isObserveOnly: isObserving,
    async execute(input, context) {
      const ask = asking(context);
      const pin = await pinFor(input, ask);
      if ('problem' in pin) return failure(`Not run: ${pin.problem}.`);
      const built = program.toArgv(input, pin as Pin);
      if ('problem' in built) return failure(`Not run: ${built.problem}.`);
      const prepared = isObserving(input)
        ? undefined
        : await program.prepare?.(input, pin as Pin, aidsOf(context, ask));
      if (prepared !== undefined && 'problem' in prepared) return failure(`Not run: ${prepared.problem}.`);
      const argv = prepared?.argv ?? built.argv;
      const action = { kind: 'process' as const, argv, cwd: built.cwd ?? context.cwd };
      const admission = await context.gate.perform(
        { id: context.callId, origin: 'tool', action },
        async (permit) => {
          const value = await context.processes.run(permit, {
            timeoutMs: TIMEOUT_MS,
            limitBytes: context.limitBytes,
            signal: context.signal,
            ...(context.spill === null ? {} : { spill: context.spill }),
          });
          const reading = program.read(input, ranOf(value));
          return {
            value: { result: value, reading },
            trace: { ok: reading.ok, summary: `exit ${value.exitCode ?? value.signal}` },
          };
        },
      );
      if (admission.kind === 'refused') {
        const call = JSON.stringify({ call: { [program.name]: input } });
        return refusal(admission.judgement, admission.reason, `As a step of the Change tool it is ${call}.`);
      }
      const { result, reading } = admission.value;
      if (result.startError !== null)
        return failure(`${program.program} could not be started (${result.startError}).`);
      return present(result, reading, program.describe(pin as Pin));
    },
  };
}

function present(
  result: ProcessResult,
  { ok, detail, data }: ReturnType<TypedProgram['read']>,
  target: string,
): ToolOutput {
  const said = [result.stdout.text, result.stderr.text].filter((text) => text.trim() !== '').join('\n');
  const isCut = result.stdout.isTruncated;
  const text = data !== null && !isCut ? JSON.stringify(data) : printable(said);
  const note = `${detail}; ${target}`;
  if (text.trim() === '') return { ok, text: note, isOwnWords: true };
  return { ok, text, isOwnWords: false, note, ...(isCut ? { whole: result.whole } : {}) };
}

function asking(context: ToolContext): Ask {
  let number = 0;
  return async (argv) => {
    number += 1;
    if (context.processes.find(argv[0] ?? '') === undefined) return `${argv[0]} is not installed here`;
    const admission = await context.gate.perform(
      {
        id: `${context.callId}.look${number}`,
        origin: 'look',
        action: { kind: 'process', argv, cwd: context.cwd },
      },
      async (permit) => {
        const value = await context.processes.run(permit, {
          timeoutMs: TIMEOUT_MS,
          limitBytes: 4 * 1024 * 1024,
          signal: context.signal,
        });
        return {
          value,
          trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode ?? value.signal}` },
        };
      },
    );
    return admission.kind === 'refused' ? admission.reason : ranOf(admission.value);
  };
}

/** Nothing is changed before it here, so a file is what it is now. */
function aidsOf({ cwd }: ToolContext, ask: Ask): CallAids {
  return {
    ask,
    cwd,
    async future(written) {
      const path = isAbsolute(written) ? written : join(cwd, written);
      const ran = await ask(['sha256sum', path]);
      const sha256 = typeof ran === 'string' ? undefined : /^[0-9a-f]{64}/.exec(ran.output)?.[0];
      return sha256 === undefined ? null : { path, at: path, sha256 };
    },
  };
}

function ranOf({ exitCode, stdout, stderr, timedOut }: ProcessResult): Ran {
  return { exit: exitCode, output: stdout.text, error: stderr.text, timedOut };
}
