import type { Action } from '../../protocol/action.ts';
import type { Inventory } from '../../protocol/inventory.ts';
import type { HttpResult, ProcessResult } from '../../protocol/machine.ts';
import type { Judgement } from '../../protocol/verdict.ts';
import { type Ask, type Scanner, ScanProblem } from '../../state/index.ts';
import { createLookBench } from '../looking/look-bench.ts';
import type { Policing } from '../policy/policing.ts';
import type { World } from '../world.ts';
import { authOf, sshArgv } from './scanners-of.ts';

/** Of one answer. A thousand services of one machine are far below it. */
const LIMIT_BYTES = 8 * 1024 * 1024;
const ASK_MS = 4_000;

export interface ScanBench {
  find(program: string): string | undefined;
  askFor(scanner: Pick<Scanner, 'name'>, signal: AbortSignal): Ask;
}

/** What a scan goes through: a gate that lets nothing pass but looking, at what the operator has declared. */
export async function createScanBench(world: World, inventory: Inventory): Promise<ScanBench> {
  const { gate, processes } = await createLookBench(world, {
    run: 'scan',
    declare: (policing) => declaring(policing, inventory),
  });
  const auth = new Map(inventory.sources.map((source) => [source.name, authOf(source)]));
  let asked = 0;
  const options = (signal: AbortSignal) => ({ timeoutMs: ASK_MS, limitBytes: LIMIT_BYTES, signal });
  return {
    find: processes.find,
    askFor: (scanner, signal) => ({
      async run(argv) {
        const action: Action = { kind: 'process', argv: [...argv], cwd: '/' };
        const answer = await gate.perform({ id: `S${++asked}`, origin: 'probe', action }, async (permit) => {
          const value = await processes.run(permit, options(signal));
          return { value, trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode}` } };
        });
        if (answer.kind === 'refused') throw new ScanProblem(`refused: ${answer.reason}`);
        return readOutput(answer.value);
      },
      async get(url) {
        const given = auth.get(scanner.name);
        const action: Action = {
          kind: 'fetch',
          method: 'GET',
          url,
          ...(given === undefined ? {} : { credential: given }),
        };
        const answer = await gate.perform({ id: `S${++asked}`, origin: 'probe', action }, async (permit) => {
          const value = await world.http.fetch(permit, options(signal));
          return {
            value,
            trace: { ok: value.status === 200, summary: value.failure ?? `HTTP ${value.status}` },
          };
        });
        if (answer.kind === 'refused') throw new ScanProblem(`refused: ${answer.reason}`);
        return readJson(answer.value, given !== undefined);
      },
    }),
  };
}

/**
 * Policy, and what the inventory says: an operator who names a host there, or an address, has declared it. What runs over
 * there is judged as if it ran here.
 */
function declaring(policing: Policing, { hosts, sources }: Inventory): Policing {
  const prefixes = hosts.filter(({ ssh }) => ssh !== null).map((host) => sshArgv(host, []).slice(0, -1));
  return {
    ...policing,
    async judge(action) {
      if (action.kind === 'fetch') {
        const isDeclared = sources.some(({ url }) => url !== null && action.url.startsWith(`${url}/`));
        const judgement = await policing.judge(action);
        return isDeclared && judgement.verdict === 'ask' ? declare(judgement, action) : judgement;
      }
      const host =
        action.kind === 'process' ? prefixes.find((words) => startsWith(action.argv, words)) : undefined;
      if (host === undefined || action.kind !== 'process' || action.argv.length !== host.length + 1) {
        return policing.judge(action);
      }
      const inner = await policing.judge(policing.policy.toAction(action.argv.at(-1) ?? '', '/'));
      if (inner.verdict !== 'allow' || inner.effect !== 'observe') return { ...inner, action };
      const target = { kind: 'host', name: host.at(-1) ?? '' } as const;
      return declare({ ...inner, target }, action);
    },
  };
}

function declare(judgement: Judgement, action: Action): Judgement {
  const reason = 'the inventory declares it';
  return { ...judgement, verdict: 'allow', effect: 'observe', rule: 'inventory', reason, action };
}

function startsWith(argv: readonly string[], words: readonly string[]): boolean {
  return words.every((word, index) => argv[index] === word);
}

function readOutput(result: ProcessResult): string {
  const { exitCode, stdout, stderr, startError, timedOut, aborted } = result;
  if (startError !== null) throw new ScanProblem(`could not be started: ${startError}`);
  if (timedOut) throw new ScanProblem(`no answer within ${ASK_MS / 1000} s`);
  if (aborted) throw new ScanProblem('no answer before the scan was over');
  const said = firstLine(stderr.text) || firstLine(stdout.text);
  if (exitCode === 255) throw new ScanProblem(`not reached: ${said || 'ssh said nothing'}`);
  if (exitCode !== 0) throw new ScanProblem(`exit ${exitCode}${said === '' ? '' : `: ${said}`}`);
  // Half of a list read as if it were the whole would make the rest disappear.
  if (stdout.isTruncated)
    throw new ScanProblem(`its answer has ${stdout.totalBytes} bytes, too many to read`);
  return stdout.text;
}

/** ssh frames what it shouts with at signs. */
function firstLine(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^@+|@+\s*$/g, '').trim());
  return (lines.find((line) => line !== '') ?? '').slice(0, 200);
}

function readJson({ status, body, failure }: HttpResult, hasToken: boolean): unknown {
  if (failure !== null) throw new ScanProblem(FAILURES[failure] ?? failure);
  if (status !== 200) throw new ScanProblem(statusWords(status ?? 0, hasToken));
  if (body.isTruncated) throw new ScanProblem(`its answer has ${body.totalBytes} bytes, too many to read`);
  try {
    return JSON.parse(body.text);
  } catch {
    throw new ScanProblem('its answer is not JSON');
  }
}

const FAILURES: Record<string, string> = {
  refused: 'connection refused',
  timeout: `no answer within ${ASK_MS / 1000} s`,
  aborted: 'no answer before the scan was over',
  dns: 'its name is not known',
  broken: 'the connection broke off, or what answers there speaks no HTTP',
  tls: 'its certificate is not trusted here: give the CA to steward in NODE_EXTRA_CA_CERTS',
};

function statusWords(status: number, hasToken: boolean): string {
  if (status === 401 || status === 403) {
    return `HTTP ${status}: ${hasToken ? 'its token may not read this' : 'it wants a token, and the inventory names none'}`;
  }
  // Proxmox's proxy, where the node that it would ask does not answer: PVE::HTTPServer.
  if (status === 595) return 'HTTP 595: the node behind it does not answer';
  return `HTTP ${status}`;
}
