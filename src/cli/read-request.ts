import type { RunRequest } from '../app/run/run-request.ts';
import type { World } from '../app/world.ts';
import { OpsError } from '../lib/ops-error.ts';
import { PERMISSION_MODES, type PermissionMode } from '../protocol/effect.ts';
import type { CommandCall } from './command-call.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './print/printer.ts';

/** What all run commands' flags say; the caller adds goal, prompt and trigger. OpsError `usage` for a wrong value. */
export async function readRequest(call: CommandCall, world: World): Promise<RunRequest> {
  const { args } = call;
  const sessionId = readSessionId(call);
  return {
    goal: null,
    sets: readSets(args.values('set')),
    prompt: null,
    attachment: null,
    probes: args.list('probes'),
    trigger: { kind: 'manual', payload: null, parent: null },
    resume: null,
    sessionId,
    model: args.value('model') ?? null,
    fallbackModels: args.list('fallback-model'),
    allowed: args.list('allowedTools'),
    denied: args.list('disallowedTools'),
    mode: readMode(args.value('permission-mode') ?? 'default'),
    appendSystemPrompt: args.value('append-system-prompt') ?? null,
    outputSchema: await readSchema(args.value('json-schema'), world),
  };
}

function readSets(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
      throw usage(`--set: "${pair}" is not k=v`, 'a parameter of the goal and its value');
    }),
  );
}

/** null when none was given. */
export function readSessionId({ args }: CommandCall): string | null {
  const given = args.value('session-id') ?? null;
  if (given === null || /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(given)) return given;
  throw usage(`--session-id: "${given}" is not a UUID`, 'uuidgen prints one');
}

export function readFormat({ args }: CommandCall): OutputFormat {
  const given = args.value('output-format') ?? 'text';
  const format = OUTPUT_FORMATS.find((candidate) => candidate === given);
  if (format !== undefined) return format;
  throw usage(`--output-format: "${given}" is not known`, `one of ${OUTPUT_FORMATS.join(', ')}`);
}

export function readMode(given: string): PermissionMode {
  const mode = PERMISSION_MODES.find((candidate) => candidate === (given === 'manual' ? 'default' : given));
  if (mode !== undefined) return mode;
  throw usage(`--permission-mode: "${given}" is not known`, `one of ${PERMISSION_MODES.join(', ')}`);
}

/** A JSON Schema, or a file that holds one. A schema that cannot be used is found before anything is asked or done. */
async function readSchema(given: string | undefined, world: World): Promise<Record<string, unknown> | null> {
  if (given === undefined) return null;
  const isInline = given.trimStart().startsWith('{');
  const text = isInline ? given : await world.operatorFiles.readText(given);
  if (text === undefined)
    throw usage(`--json-schema: there is no file ${given}`, 'or give the schema itself');
  try {
    const schema = JSON.parse(text) as Record<string, unknown>;
    const { createSchemaCheck } = await import('../protocol/schemas/answer.ts');
    createSchemaCheck(schema);
    return schema;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usage(`--json-schema: ${isInline ? '' : `${given}: `}${reason}`, 'it must be a JSON Schema');
  }
}

function usage(message: string, hint: string): OpsError {
  return new OpsError('usage', 'usage', message, { hint });
}
