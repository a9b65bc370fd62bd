import { OpsError } from '../lib/ops-error.ts';
import { parseShallowJson } from '../lib/shallow-json.ts';
import type { ToolSpec } from '../protocol/model.ts';
import type { Call, CallResult, Tool, ToolContext, ToolName, ToolOutput } from '../protocol/tool.ts';
import type { TypedToolName } from '../protocol/typed-call.ts';
import { createBash } from './bash/tool.ts';
import { createChange } from './change/tool.ts';
import { checkArguments } from './check-arguments.ts';
import { createEdit } from './edit/tool.ts';
import { createKnowledge } from './knowledge/tool.ts';
import { failure } from './outputs.ts';
import { createPlan } from './plan/tool.ts';
import type { ToolPorts } from './ports.ts';
import { presentOutput } from './present.ts';
import { createRead } from './read/tool.ts';
import { createReport } from './report/tool.ts';
import type { Schema } from './schema-port.ts';
import { createSearch } from './search/tool.ts';
import { createSeenFiles, type SeenFiles } from './seen-files.ts';
import { createState } from './state/tool.ts';
import type { Input } from './typed/build-argv.ts';
import { TYPED_PROGRAMS } from './typed/programs.ts';
import { createTyped } from './typed/tool.ts';
import { createWrite } from './write/tool.ts';

export interface RegistryOptions extends ToolPorts {
  /** Of all tools, as compiled. */
  specs: readonly ToolSpec[];
  /** Those that the goal, the flags and the mode leave to the model. */
  available: readonly ToolName[];
  /** What the operator denied, as typed: a call of a tool named here is refused, not unknown. */
  denied: readonly string[];
  /** Random, new for each run: what fences are made of. */
  marker: string;
  limits: { outputBytes: number };
  /** Of earlier turns of a conversation; absent: nothing was seen yet. */
  seen?: SeenFiles;
}

export interface Registry {
  /** Available ones only, in the order of the specs, so that the first request is the same every time. */
  specs(): readonly ToolSpec[];
  /** Pure and cheap: can this call run beside others? A call that will come to nothing can. */
  isObserveOnly(call: Call): boolean;
  /** Never throws for what a tool meets; rejects for a bug, and when the log or the gate is not sound any more. */
  run(call: Call, signal: AbortSignal): Promise<CallResult>;
}

/** The common care around every tool, in one place so that no tool can forget it. */
export function createRegistry(options: RegistryOptions): Registry {
  const bound = bindTools(options);
  const available = options.specs.filter((spec) => options.available.some((name) => name === spec.name));
  const find = (name: string): BoundTool | undefined =>
    available.some((spec) => spec.name === name) ? bound.get(name) : undefined;

  return {
    specs: () => available,
    isObserveOnly: (call) =>
      call.brokenInput !== undefined || (find(call.name)?.isObserveOnly(call.input) ?? true),
    async run(call, signal) {
      const startedMs = options.context.clock.elapsed();
      const spill = options.state.kind === 'disk' ? `${options.spillFolder}/${call.id}.txt` : null;
      const context: ToolContext = {
        ...options.context,
        callId: call.id,
        signal,
        spill,
        // A mask can be longer than what it stands for; the room keeps the wrapper from cutting a second time.
        limitBytes: Math.floor(options.limits.outputBytes * 0.9),
      };
      const output = await execute(call, find(call.name), options.denied, available, context);
      return {
        call,
        ok: output.ok,
        text: await presentOutput(output, call, spill, {
          marker: options.marker,
          limitBytes: options.limits.outputBytes,
          ports: options,
        }),
        isRefused: output.isRefused ?? false,
        durationMs: Math.round(options.context.clock.elapsed() - startedMs),
      };
    },
  };
}

async function execute(
  call: Call,
  tool: BoundTool | undefined,
  denied: readonly string[],
  available: readonly ToolSpec[],
  context: ToolContext,
): Promise<ToolOutput> {
  if (tool === undefined) {
    const names = available.map((spec) => spec.name).join(', ') || 'none';
    if (denied.includes(call.name)) {
      const text = `Permission to use ${call.name} has been denied by the operator. There are: ${names}.`;
      return { ...failure(text), isRefused: true };
    }
    return failure(`There is no tool ${JSON.stringify(call.name)} in this run. There are: ${names}.`);
  }
  if (call.brokenInput !== undefined) {
    return failure(
      `The arguments were not valid JSON: ${brokenJson(call.brokenInput)} Send the call again, whole.`,
    );
  }
  if (context.signal.aborted) return failure('Not run: the run was interrupted.');
  try {
    return await tool.execute(call.input, context);
  } catch (error) {
    if (error instanceof OpsError && !ENDS_THE_RUN.has(error.reason)) return failure(describeError(error));
    throw error;
  }
}

/** Nothing more may be done once the log cannot be written or the gate is not sound. */
const ENDS_THE_RUN: ReadonlySet<string> = new Set(['state-full', 'sandbox', 'halted']);

function describeError(error: OpsError): string {
  return error.hint === null ? error.message : `${error.message} ${error.hint}`;
}

/** The parser's own words, and the text around the place: a model that sees its mistake does not repeat it. */
function brokenJson(text: string): string {
  try {
    parseShallowJson(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return `${message.slice(0, 200)}. It ended with ${JSON.stringify(text.slice(-60))}.`;
  }
  return 'they were cut off.';
}

/** A tool with its schema, the type of its arguments closed over. */
interface BoundTool {
  isObserveOnly(raw: unknown): boolean;
  execute(raw: unknown, context: ToolContext): Promise<ToolOutput>;
}

function bindTools(options: RegistryOptions): Map<string, BoundTool> {
  const seen = options.seen ?? createSeenFiles();
  const bound = new Map<string, BoundTool>();
  const bind = <T>(tool: Tool<T>, load: () => Promise<Schema<T>>): void => {
    const spec = options.specs.find(({ name }) => name === tool.name);
    if (spec === undefined) return;
    bound.set(tool.name, {
      // Not checked yet, so a tool's own check must stand anything; what it cannot read is not observe-only.
      isObserveOnly: (raw) => isObject(raw) && tool.isObserveOnly(raw as T),
      async execute(raw, context) {
        const checked = checkArguments(await load(), spec, raw);
        if (!checked.ok) return failure(checked.sentence);
        return withIgnored(await tool.execute(checked.input, context), checked.ignored);
      },
    });
  };
  bind(createBash(options, options.context.cwd), async () => (await import('./bash/schema.ts')).schema);
  bind(createRead(seen), async () => (await import('./read/schema.ts')).schema);
  bind(createEdit(seen, options), async () => (await import('./edit/schema.ts')).schema);
  bind(createWrite(seen, options), async () => (await import('./write/schema.ts')).schema);
  bind(createSearch(), async () => (await import('./search/schema.ts')).schema);
  for (const program of TYPED_PROGRAMS) bind(createTyped(program, options), schemaOf[program.name]);
  bind(createChange(options), async () => (await import('./change/schema.ts')).schema);
  bind(createPlan(options), async () => (await import('./plan/schema.ts')).schema);
  bind(createState(options), async () => (await import('./state/schema.ts')).schema);
  bind(createKnowledge(options), async () => (await import('./knowledge/schema.ts')).schema);
  bind(createReport(options), async () => (await import('./report/schema.ts')).schema);
  return bound;
}

/** Each loaded when its tool is first called. */
const schemaOf: Record<TypedToolName, () => Promise<Schema<Input>>> = {
  Systemctl: async () => (await import('./systemctl/schema.ts')).schema,
  Journal: async () => (await import('./journal/schema.ts')).schema,
  Consul: async () => (await import('./consul/schema.ts')).schema,
  Nomad: async () => (await import('./nomad/schema.ts')).schema,
  NixosRebuild: async () => (await import('./nixos-rebuild/schema.ts')).schema,
  Git: async () => (await import('./git/schema.ts')).schema,
  Kubectl: async () => (await import('./kubectl/schema.ts')).schema,
  Ssh: async () => (await import('./ssh/schema.ts')).schema,
};

function isObject(raw: unknown): raw is object {
  return typeof raw === 'object' && raw !== null;
}

function withIgnored(output: ToolOutput, ignored: string[]): ToolOutput {
  if (ignored.length === 0) return output;
  const names = ignored.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 40)));
  const note = `Ignored, no such argument: ${names.join(', ')}.`;
  return { ...output, note: output.note === undefined ? note : `${output.note}\n${note}` };
}
