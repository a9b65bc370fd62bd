import { type Action, describeAction } from '../protocol/action.ts';
import type { Gate } from '../protocol/gate.ts';
import type { Http, HttpResult, Processes } from '../protocol/machine.ts';
import type { HttpEndpoint, ProbeSpec } from '../protocol/probe.ts';
import { type ProbeState, stateOfHttp, stateOfProcess } from './probe-state.ts';

/** What gathering needs of the machine. */
export interface GatherPorts {
  gate: Gate;
  processes: Processes;
  http: Http;
  /** Does this path exist? For `needs`. */
  exists(path: string): boolean;
  /** May this file be executed as a probe: owned by root or us, writable by nobody else? */
  isTrustedExecutable(path: string): boolean;
  cwd: string;
}

/** What one probe brought home, before it is parsed. */
export interface Gathered {
  state: ProbeState;
  /** stdout or body; for reachability probes one line per endpoint. */
  text: string;
  totalBytes: number;
  isTruncated: boolean;
  /** What went to stderr, for the reader. */
  remarks: string;
  exit: number | null;
  /** Already data, for probes whose answer is not a text. */
  output?: unknown;
}

/** More than this from one command is a probe gone wrong. The journal is folded, so it may be long. */
const CAPTURE_BYTES = 256 * 1024;
const JOURNAL_CAPTURE_BYTES = 8 * 1024 * 1024;

export function commandOf(spec: ProbeSpec, cwd: string): string {
  const { gather } = spec;
  if (gather.kind !== 'http') return describeAction(processAction(gather, cwd));
  return (
    gather.endpoints.map((endpoint) => describeAction(fetchAction(endpoint))).join(', ') ||
    'no endpoints declared'
  );
}

/** Why the probe has nothing to ask here; null when it can be run. */
export function missingFor(spec: ProbeSpec, ports: GatherPorts): string | null {
  const { gather } = spec;
  if (gather.kind === 'http' && gather.endpoints.length === 0) return 'no endpoints declared';
  const needs = gather.kind === 'run' ? [...spec.needs, gather.argv[0] ?? ''] : spec.needs;
  for (const need of needs) {
    const isThere = need.startsWith('/') ? ports.exists(need) : ports.processes.find(need) !== undefined;
    if (!isThere) return need.startsWith('/') ? `${need} does not exist` : `${need} is not installed`;
  }
  if (gather.kind === 'executable' && !ports.exists(gather.path)) return `${gather.path} does not exist`;
  return null;
}

/** Runs the probe through the gate. Rejects only for what must end the run, such as a log that cannot be written. */
export async function gather(
  spec: ProbeSpec,
  id: string,
  ports: GatherPorts,
  signal: AbortSignal,
): Promise<Gathered> {
  if (spec.gather.kind === 'http') {
    return spec.parse.kind === 'none'
      ? reach(spec, spec.gather.endpoints, id, ports, signal)
      : fetchOne(spec, spec.gather.endpoints[0], id, ports, signal);
  }
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

/** Asks every endpoint; whether they answer is the fact that is gathered, so this is `ok` whatever they say. */
async function reach(
  spec: ProbeSpec,
  endpoints: readonly HttpEndpoint[],
  id: string,
  ports: GatherPorts,
  signal: AbortSignal,
): Promise<Gathered> {
  const output = await Promise.all(
    endpoints.map(async (endpoint, index) => {
      const asked = await ask(spec, endpoint, `${id}.${index + 1}`, ports, signal);
      const { name, url, expectStatus } = endpoint;
      if ('refused' in asked)
        return { name, url, ok: false, status: null, expectStatus, problem: asked.refused, ms: 0 };
      const { status, reason } = stateOfHttp(asked, expectStatus);
      const ms = Math.round(asked.durationMs);
      return { name, url, ok: status === 'ok', status: asked.status, expectStatus, problem: reason, ms };
    }),
  );
  const text = output
    .map((e) => `${e.name} ${e.url}: ${e.problem ?? `HTTP ${e.status}`} (${e.ms} ms)`)
    .join('\n');
  return { ...nothing('ok', null), text, totalBytes: Buffer.byteLength(text), output };
}

async function fetchOne(
  spec: ProbeSpec,
  endpoint: HttpEndpoint | undefined,
  id: string,
  ports: GatherPorts,
  signal: AbortSignal,
): Promise<Gathered> {
  if (endpoint === undefined) return nothing('not-configured', 'no endpoints declared');
  const asked = await ask(spec, endpoint, id, ports, signal);
  if ('refused' in asked) return nothing('failed', asked.refused);
  const { text, totalBytes, isTruncated } = asked.body;
  const state = stateOfHttp(asked, endpoint.expectStatus);
  return { state, text, totalBytes, isTruncated, remarks: '', exit: null };
}

async function ask(
  spec: ProbeSpec,
  endpoint: HttpEndpoint,
  id: string,
  ports: GatherPorts,
  signal: AbortSignal,
): Promise<HttpResult | { refused: string }> {
  const action = fetchAction(endpoint);
  const admission = await ports.gate.perform({ id, origin: 'probe', action }, async (permit) => {
    const limits = { timeoutMs: spec.timeoutMs, limitBytes: CAPTURE_BYTES, signal };
    const result = await ports.http.fetch(permit, limits);
    const state = stateOfHttp(result, endpoint.expectStatus);
    return {
      value: result,
      trace: { ok: state.status === 'ok', summary: state.reason ?? `HTTP ${result.status}` },
    };
  });
  return admission.kind === 'done' ? admission.value : { refused: `refused: ${admission.reason}` };
}

function processAction(
  gather: { kind: 'run'; argv: string[] } | { kind: 'executable'; path: string },
  cwd: string,
): Action {
  return { kind: 'process', argv: gather.kind === 'run' ? gather.argv : [gather.path], cwd };
}

function fetchAction(endpoint: HttpEndpoint): Action {
  return { kind: 'fetch', method: 'GET', url: endpoint.url };
}

function nothing(status: ProbeState['status'], reason: string | null): Gathered {
  return { state: { status, reason }, text: '', totalBytes: 0, isTruncated: false, remarks: '', exit: null };
}
