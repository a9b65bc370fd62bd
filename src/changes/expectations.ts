import type { Action } from '../protocol/action.ts';
import type { Expectation } from '../protocol/change.ts';
import { aidsFor } from './call-aids.ts';
import { patienceOf } from './patience.ts';
import type { ChangePorts } from './ports.ts';

export interface Looked {
  ok: boolean;
  /** What was seen, in a line. */
  detail: string;
}

const CHECK_TIMEOUT_MS = 30_000;
const CHECK_LIMIT_BYTES = 256 * 1024;
const POLL_MS = 250;

/**
 * Looks until it is as expected and has stayed so for `forMs`, at most `withinMs` until it first is. An error of the
 * expression ends it at once: it will not become right by waiting.
 */
export async function awaitExpectation(
  step: string,
  expectation: Expectation,
  ports: ChangePorts,
): Promise<Looked> {
  const { clock, signal } = ports;
  const startedMs = clock.elapsed();
  const untilMs = startedMs + patienceOf(ports, Number.POSITIVE_INFINITY);
  let since: number | null = null;
  for (let look = 1; ; look += 1) {
    const seen = await lookOnce(`${step}.${look}`, expectation, ports);
    const now = clock.elapsed();
    if (seen.isFinal) return seen;
    if (seen.ok) {
      since ??= now;
      if (now - since >= expectation.forMs) return describeHeld(seen, expectation.forMs);
    } else {
      const wasTrue = since !== null;
      since = null;
      if (now - startedMs >= expectation.withinMs) {
        return wasTrue ? { ok: false, detail: `it did not stay so: ${seen.detail}` } : seen;
      }
    }
    if (now >= untilMs) return { ok: false, detail: `there was no time to see it stay so: ${seen.detail}` };
    if (signal.aborted) return { ok: false, detail: 'it was interrupted while it was looked at' };
    await clock.sleep(POLL_MS, signal);
  }
}

/** One look, without waiting: what a baseline is made of. */
export async function lookOnce(
  step: string,
  expectation: Expectation,
  ports: ChangePorts,
): Promise<Looked & { isFinal?: boolean }> {
  const values = await valuesOf(step, expectation, ports);
  if ('refused' in values) return { ok: false, detail: values.refused, isFinal: true };
  const wanted = EXIT.exec(expectation.expect.trim());
  if (wanted !== null) {
    return { ok: values.exit === Number(wanted[1]), detail: describe(values) };
  }
  try {
    const value = await ports.evaluate(expectation.expect, values);
    if (value === true || value === false) return { ok: value, detail: describe(values) };
    const detail = `\`${expectation.expect}\` gave ${JSON.stringify(value)}, not true or false`;
    return { ok: false, detail, isFinal: true };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // What it looked at may not be there yet; a wrong name in it will not come right.
    return { ok: false, detail: message, isFinal: /unknown|syntax|unexpected/i.test(message) };
  }
}

/** The literal for an exit status; everything else is an expression. */
export const EXIT = /^exit (\d{1,3})$/;

/** The names that an expression may use, whatever was looked at. */
export const EXPECTATION_VARIABLES = [
  ...['exit', 'output', 'error', 'json', 'status', 'facts', 'findings', 'result', 'timedOut'],
] as const;

type Values = Record<(typeof EXPECTATION_VARIABLES)[number], unknown>;

const NOTHING: Values = {
  exit: null,
  output: '',
  error: '',
  json: null,
  status: null,
  facts: {},
  findings: 0,
  result: [],
  timedOut: false,
};

async function valuesOf(
  step: string,
  { what }: Expectation,
  ports: ChangePorts,
): Promise<Values | { refused: string }> {
  switch (what.kind) {
    case 'run':
      return ran(step, ports.toAction(what.line, ports.cwd), ports);
    case 'http':
      return fetched(step, what.url, ports);
    case 'promql':
      return queried(step, what.query, ports);
    case 'probe': {
      const { ok, detail, facts, findings } = await ports.probe(what.probe);
      if (!ok) return { ...NOTHING, output: detail, findings: Number.NaN };
      return { ...NOTHING, facts, findings, output: detail };
    }
    case 'call':
      return called(step, what, ports);
  }
}

async function ran(step: string, action: Action, ports: ChangePorts): Promise<Values | { refused: string }> {
  const admission = await ports.gate.perform({ id: step, origin: ports.origin, action }, async (permit) => {
    const value = await ports.processes.run(permit, {
      timeoutMs: patienceOf(ports, CHECK_TIMEOUT_MS),
      limitBytes: CHECK_LIMIT_BYTES,
      signal: ports.signal,
    });
    return { value, trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode ?? value.signal}` } };
  });
  if (admission.kind === 'refused') return { refused: admission.reason };
  const { exitCode, stdout, stderr, timedOut } = admission.value;
  return {
    ...NOTHING,
    exit: exitCode,
    output: stdout.text,
    error: stderr.text,
    json: asJson(stdout.text),
    timedOut,
  };
}

/** `json` is what the tool made of the answer, `exit` the program's own. */
async function called(
  step: string,
  what: Extract<Expectation['what'], { kind: 'call' }>,
  ports: ChangePorts,
): Promise<Values | { refused: string }> {
  const work = await ports.typed.look(what.tool, what.input, aidsFor(step, null, ports));
  // A cluster that does not answer yet may do so later.
  if ('problem' in work) return { ...NOTHING, exit: 255, error: work.problem };
  const values = await ran(step, { kind: 'process', argv: work.argv, cwd: work.cwd }, ports);
  if ('refused' in values) return values;
  const { exit, output, error, timedOut } = values;
  const reading = ports.typed.read(work, {
    exit: typeof exit === 'number' ? exit : null,
    output: String(output),
    error: String(error),
    timedOut: timedOut === true,
  });
  return { ...values, error: reading.ok ? '' : values.error, json: reading.data, output: reading.detail };
}

async function fetched(step: string, url: string, ports: ChangePorts): Promise<Values | { refused: string }> {
  const admission = await ports.gate.perform(
    { id: step, origin: ports.origin, action: { kind: 'fetch', method: 'GET', url } },
    async (permit) => {
      const value = await ports.http.fetch(permit, {
        timeoutMs: patienceOf(ports, CHECK_TIMEOUT_MS),
        limitBytes: CHECK_LIMIT_BYTES,
        signal: ports.signal,
      });
      return { value, trace: { ok: value.status !== null, summary: String(value.status ?? value.failure) } };
    },
  );
  if (admission.kind === 'refused') return { refused: admission.reason };
  const { status, body, failure } = admission.value;
  // `status` is compared with numbers; no answer is none of them.
  return {
    ...NOTHING,
    status: status ?? 0,
    output: body.text,
    error: failure ?? '',
    json: asJson(body.text),
  };
}

async function queried(
  step: string,
  query: string,
  ports: ChangePorts,
): Promise<Values | { refused: string }> {
  if (ports.prometheus === null) return { refused: 'settings declare no Prometheus to ask' };
  const url = `${ports.prometheus.replace(/\/$/, '')}/api/v1/query?query=${encodeURIComponent(query)}`;
  const values = await fetched(step, url, ports);
  if ('refused' in values) return values;
  const data = (values.json as { data?: { result?: unknown } } | null)?.data?.result;
  return { ...values, result: Array.isArray(data) ? data : [] };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function describe({ exit, output, error, status, timedOut, findings }: Values): string {
  const said = firstLine(String(error)) || firstLine(String(output));
  const head = timedOut
    ? 'timed out'
    : exit !== null
      ? `exit ${exit}`
      : status !== null
        ? status === 0
          ? 'no answer'
          : `HTTP ${status}`
        : `${findings} findings`;
  return said === '' ? head : `${head}: ${said}`;
}

function describeHeld({ detail }: Looked, forMs: number): Looked {
  return { ok: true, detail: forMs === 0 ? detail : `${detail}, and it stayed so for ${forMs / 1000} s` };
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').slice(0, 200);
}
