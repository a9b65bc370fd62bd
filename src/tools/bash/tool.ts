import { printable } from '../../lib/printable.ts';
import type { ProcessResult } from '../../protocol/machine.ts';
import type { Tool, ToolContext, ToolOutput } from '../../protocol/tool.ts';
import { refusal } from '../outputs.ts';
import type { ToolPorts } from '../ports.ts';
import type { BashInput } from './schema.ts';

const DEFAULT_TIMEOUT_MS = 120_000;
const LONGEST_TIMEOUT_MS = 600_000;

export function createBash(
  ports: Pick<ToolPorts, 'toAction' | 'isObserveLine'>,
  cwd: string,
): Tool<BashInput> {
  return {
    name: 'Bash',
    // Asked before the arguments are checked, so the type is only what the model was told to send.
    isObserveOnly: ({ command }) => typeof command === 'string' && ports.isObserveLine(command.trim(), cwd),
    async execute(input, context) {
      const timeoutMs = Math.min(input.timeout ?? DEFAULT_TIMEOUT_MS, LONGEST_TIMEOUT_MS);
      let isLent = false;
      const admission = await context.gate.perform(
        { id: context.callId, origin: 'tool', action: ports.toAction(input.command, context.cwd) },
        async (permit, judgement) => {
          const options = {
            timeoutMs,
            limitBytes: context.limitBytes,
            signal: context.signal,
            merge: true,
            ...(context.spill === null ? {} : { spill: context.spill }),
            ...(context.showOutput === undefined ? {} : { onBytes: context.showOutput(context.callId) }),
          };
          let result: ProcessResult | undefined;
          await context.lendTerminal?.(judgement, async () => {
            result = await context.processes.run(permit, { ...options, isOnTerminal: true });
            isLent = true;
          });
          result ??= await context.processes.run(permit, options);
          return { value: result, trace: { ok: isSuccess(result), summary: summarise(result) } };
        },
      );
      if (admission.kind === 'refused') return refusal(admission.judgement, admission.reason, INSTEAD);
      const notes = admission.judgement.notes ?? [];
      return present(admission.value, timeoutMs, context, isLent ? [...notes, ON_TERMINAL] : notes);
    },
  };
}

const ON_TERMINAL =
  "it ran on the operator's terminal, because it may ask for a password: they saw its output, and nobody kept it";
const INSTEAD = 'The same thing in other words will be refused too.';

function present(
  result: ProcessResult,
  timeoutMs: number,
  context: ToolContext,
  warnings: readonly string[],
): ToolOutput {
  const ok = isSuccess(result);
  const notes: string[] = [...warnings];
  if (result.timedOut) {
    notes.push(`timed out after ${seconds(timeoutMs)}; the command and what it started were ended`);
  } else if (!ok) notes.push(`${summarise(result)} after ${seconds(result.durationMs)}`);
  if (result.stdout.isTruncated && result.whole === null) {
    notes.push(
      `${result.stdout.totalBytes} bytes in all; what was cut is not kept: run it again with a filter${context.spill === null ? '' : ' to see it'}`,
    );
  }
  const text = printable(result.stdout.text);
  if (text.trim() === '') return { ok, text: ['(no output)', ...notes].join('\n'), isOwnWords: true };
  return {
    ok,
    text,
    isOwnWords: false,
    ...(notes.length === 0 ? {} : { note: notes.join('\n') }),
    ...(result.stdout.isTruncated ? { whole: result.whole } : {}),
  };
}

function isSuccess(result: ProcessResult): boolean {
  return result.exitCode === 0 && !result.timedOut && !result.aborted;
}

function summarise(result: ProcessResult): string {
  if (result.startError !== null) return `could not be started (${result.startError})`;
  if (result.timedOut) return 'timed out';
  if (result.aborted) return 'interrupted';
  return result.signal === null ? `exit ${result.exitCode}` : `killed by ${result.signal}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).replace(/\.0$/, '')} s`;
}
