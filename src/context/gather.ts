import { type Action, describeAction } from '../protocol/action.ts';
import type { ProbeSpec } from '../protocol/probe.ts';
import { ONLY_ROOT } from './advise.ts';
import { askAll, fetchAction, fetchOne, reach } from './gather-http.ts';
import { CAPTURE_BYTES, type Gathered, type GatherPorts, nothing } from './gather-ports.ts';
import { runSteps } from './gather-steps.ts';
import { stateOfProcess } from './probe-state.ts';

/** It is folded, so it may be long. */
const JOURNAL_CAPTURE_BYTES = 8 * 1024 * 1024;

export function commandOf(spec: ProbeSpec, cwd: string): string {
  const { gather } = spec;
  if (gather.kind === 'steps') {
    return gather.steps.map(({ argv }) => describeAction({ kind: 'process', argv, cwd })).join('; ');
  }
  if (gather.kind !== 'http') return describeAction(processAction(gather, cwd));
  return (
    gather.endpoints.map((endpoint) => describeAction(fetchAction(endpoint))).join(', ') ||
    'no endpoints declared'
  );
}

/** Why the probe has nothing to ask here; null when it can be run. */
export function missingFor(spec: ProbeSpec, ports: GatherPorts): string | null {
  const { gather } = spec;
  if (spec.unset !== null) return `settings do not say probes.parameters.${spec.name}.${spec.unset}`;
  if (gather.kind === 'http' && gather.endpoints.length === 0) return 'no endpoints declared';
  const programs =
    gather.kind === 'run'
      ? [gather.argv[0] ?? '']
      : gather.kind === 'steps'
        ? gather.steps.map(({ argv }) => programOf(argv[0] ?? '', spec.given))
        : [];
  const needs = [...spec.needs, ...programs];
  for (const need of needs) {
    const isThere = need.startsWith('/') ? ports.exists(need) : ports.processes.find(need) !== undefined;
    if (!isThere) return need.startsWith('/') ? `${need} does not exist` : `${need} is not installed`;
  }
  if (gather.kind === 'executable' && !ports.exists(gather.path)) return `${gather.path} does not exist`;
  // Last: it is of interest only where there is something to ask.
  if (spec.privilege === 'root' && !ports.isRoot) return ONLY_ROOT;
  return null;
}

/** `{client}` in the first word: which of two programs asks is for settings to say. */
function programOf(word: string, given: Readonly<Record<string, unknown>>): string {
  const name = /^\{(\w+)\}$/.exec(word)?.[1];
  return name === undefined ? word : String(given[name] ?? word);
}

/** Runs the probe through the gate. Rejects only for what must end the run, such as a log that cannot be written. */
export async function gather(
  spec: ProbeSpec,
  id: string,
  ports: GatherPorts,
  signal: AbortSignal,
): Promise<Gathered> {
  if (spec.gather.kind === 'http') {
    const { endpoints } = spec.gather;
    if (spec.parse.kind === 'none') return reach(spec, endpoints, id, ports, signal);
    if (spec.parse.kind === 'answers') return askAll(spec, endpoints, id, ports, signal);
    return fetchOne(spec, endpoints[0], id, ports, signal);
  }
  if (spec.gather.kind === 'steps') return runSteps(spec, spec.gather.steps, id, ports, signal);
  if (spec.gather.kind === 'executable' && !ports.isTrustedExecutable(spec.gather.path)) {
    return nothing(
      'failed',
      `${spec.gather.path} may be written by others than root and steward, so it is not run`,
    );
  }
  const action = processAction(spec.gather, ports.cwd);
  const limitBytes = spec.parse.kind === 'journal' ? JOURNAL_CAPTURE_BYTES : CAPTURE_BYTES;
  const admission = await ports.gate.perform({ id, origin: 'probe', action }, async (permit) => {
    const result = await ports.processes.run(permit, { timeoutMs: spec.timeoutMs, limitBytes, signal });
    const state = stateOfProcess(result, spec.okExits, spec.timeoutMs);
    const summary = state.reason ?? `exit ${result.exitCode}`;
    return { value: { result, state }, trace: { ok: state.status === 'ok', summary } };
  });
  if (admission.kind === 'refused') return nothing('failed', `refused: ${admission.reason}`);
  const { result, state } = admission.value;
  return {
    state,
    text: result.stdout.text,
    totalBytes: result.stdout.totalBytes,
    isTruncated: result.stdout.isTruncated,
    remarks: result.exitCode === 0 ? '' : result.stderr.text,
    exit: result.exitCode,
  };
}

function processAction(
  gather: { kind: 'run'; argv: string[] } | { kind: 'executable'; path: string },
  cwd: string,
): Action {
  return { kind: 'process', argv: gather.kind === 'run' ? gather.argv : [gather.path], cwd };
}
