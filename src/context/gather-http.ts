import type { Action } from '../protocol/action.ts';
import type { HttpResult } from '../protocol/machine.ts';
import type { HttpEndpoint, ProbeSpec } from '../protocol/probe.ts';
import { type Gathered, type GatherPorts, nothing } from './gather-ports.ts';
import { parseOutput } from './parse-output.ts';
import { stateOfHttp } from './probe-state.ts';

/** Of an API's list: nodes, allocations, guests. */
const BODY_BYTES = 2 * 1024 * 1024;

/** Asks every endpoint; whether they answer is the fact that is gathered, so this is `ok` whatever they say. */
export async function reach(
  spec: ProbeSpec,
  endpoints: readonly HttpEndpoint[],
  id: string,
  ports: GatherPorts,
  signal: AbortSignal,
): Promise<Gathered> {
  const output = await Promise.all(
    endpoints.map(async (endpoint, index) => {
      const asked = await ask(spec, endpoint, `${id}.${index + 1}`, ports, signal);
      const { name, url, expectStatus, alsoExpect } = endpoint;
      if ('refused' in asked)
        return {
          ...{ name, url, ok: false, status: null, expectStatus, problem: asked.refused, ms: 0 },
          certificate_ends: null,
        };
      const { status, reason } = stateOfHttp(asked, expectStatus, alsoExpect);
      const ms = Math.round(asked.durationMs);
      const { status: http, certificateEndsAt: endsAt } = asked;
      const certificate_ends = endsAt === undefined ? null : Math.floor(endsAt / 1000);
      return {
        name,
        url,
        ok: status === 'ok',
        status: http,
        expectStatus,
        problem: reason,
        ms,
        certificate_ends,
      };
    }),
  );
  const text = output
    .map((e) => `${e.name} ${e.url}: ${e.problem ?? `HTTP ${e.status}`} (${e.ms} ms)`)
    .join('\n');
  return { ...nothing('ok', null), text, totalBytes: Buffer.byteLength(text), output };
}

export async function fetchOne(
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
  const state = stateOfHttp(asked, endpoint.expectStatus, endpoint.alsoExpect);
  return { state, text, totalBytes, isTruncated, remarks: '', exit: null };
}

/** Asks every endpoint for data. Who does not answer, or answers otherwise than expected, is why the probe has none. */
export async function askAll(
  spec: ProbeSpec,
  endpoints: readonly HttpEndpoint[],
  id: string,
  ports: GatherPorts,
  signal: AbortSignal,
): Promise<Gathered> {
  const answers = await Promise.all(
    endpoints.map(async (endpoint, index) => {
      const { name, item = null } = endpoint;
      const asked = await ask(spec, endpoint, `${id}.${index + 1}`, ports, signal);
      if ('refused' in asked) {
        return {
          state: { status: 'failed' as const, reason: asked.refused },
          name,
          http: null,
          body: null,
          item,
          bytes: 0,
        };
      }
      const state = stateOfHttp(asked, endpoint.expectStatus, endpoint.alsoExpect);
      const { text, totalBytes: bytes, isTruncated } = asked.body;
      const http = asked.status;
      if (state.status !== 'ok') {
        const said = text.trim().split('\n')[0]?.slice(0, 160) ?? '';
        const reason = [state.reason, said].filter((part) => part !== '').join(': ');
        return { state: { ...state, reason }, name, http, body: null, item, bytes };
      }
      const read = isTruncated
        ? { ok: false as const, reason: `the answer was ${bytes} bytes, too much to judge` }
        : parseOutput({ kind: 'json' }, text);
      if (read.ok) return { state, name, http, body: read.output, item, bytes };
      // Another answer than the first that is expected may be words: "No cluster leader", "Permission denied".
      if (!isTruncated && http !== endpoint.expectStatus) {
        return { state, name, http, body: text.trim(), item, bytes };
      }
      return {
        state: { status: 'failed' as const, reason: read.reason },
        name,
        http,
        body: null,
        item,
        bytes,
      };
    }),
  );
  const silent = answers.filter(({ state }) => state.status !== 'ok');
  const why = silent.map(({ name, state }) => `${name}: ${state.reason}`).join('; ');
  if (silent.length > 0) {
    const isAway = silent.every(({ state }) => state.status === 'unreachable');
    return nothing(isAway ? 'unreachable' : 'failed', why);
  }
  const output = answers.map(({ name, http, body, item }) => ({ name, status: http, body, item }));
  const totalBytes = answers.reduce((sum, { bytes }) => sum + bytes, 0);
  const text = JSON.stringify(output.map(({ name, body }) => ({ name, body })));
  return { ...nothing('ok', null), text, totalBytes, output };
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
    const wantsCertificate = spec.parse.kind === 'none';
    const limits = { timeoutMs: spec.timeoutMs, limitBytes: BODY_BYTES, signal, wantsCertificate };
    const result = await ports.http.fetch(permit, limits);
    const state = stateOfHttp(result, endpoint.expectStatus, endpoint.alsoExpect);
    return {
      value: result,
      trace: { ok: state.status === 'ok', summary: state.reason ?? `HTTP ${result.status}` },
    };
  });
  return admission.kind === 'done' ? admission.value : { refused: `refused: ${admission.reason}` };
}

export function fetchAction({ url, credential }: HttpEndpoint): Action {
  return { kind: 'fetch', method: 'GET', url, ...(credential === undefined ? {} : { credential }) };
}
