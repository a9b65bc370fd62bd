import type { HttpCredential } from '../../protocol/action.ts';
import { createLookBench } from '../looking/look-bench.ts';
import type { World } from '../world.ts';

/** What serve itself looks at, through the gate, which lets nothing pass but looking. Never throws for what it meets. */
export interface Observer {
  /** Output of a command, masked; or why there is none. */
  run(argv: readonly string[], limitBytes: number): Promise<Observed<string>>;
  /** JSON at an address that settings declare. */
  fetchJson(url: string, credential: HttpCredential | null): Promise<Observed<unknown>>;
}

export type Observed<T> = { ok: true; value: T } | { ok: false; reason: string };

const TIMEOUT_MS = 5_000;
const BODY_BYTES = 8 * 1024 * 1024;

/** `addresses`: what settings declare besides `endpoints`. */
export async function createObserver(world: World, addresses: readonly string[]): Promise<Observer> {
  const declared = addresses.map((url) => ({ name: url, url, expect_status: null }));
  const endpoints = [...world.settings.endpoints, ...declared];
  const { gate, processes } = await createLookBench({ ...world, settings: { ...world.settings, endpoints } });
  let asked = 0;
  const request = <A>(action: A) => ({ id: `S${++asked}`, origin: 'look' as const, action });

  return {
    async run(argv, limitBytes) {
      const action = { kind: 'process' as const, argv: [...argv], cwd: '/' };
      if (processes.find(argv[0] ?? '') === undefined) return { ok: false, reason: `there is no ${argv[0]}` };
      const admission = await gate.perform(request(action), async (permit) => {
        const value = await processes.run(permit, { timeoutMs: TIMEOUT_MS, limitBytes });
        return { value, trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode}` } };
      });
      if (admission.kind === 'refused') return { ok: false, reason: admission.reason };
      const { exitCode, stdout, stderr } = admission.value;
      if (exitCode === 0) return { ok: true, value: world.masker.mask(stdout.text) };
      const said = stderr.text.trim().split('\n', 1)[0] ?? '';
      return {
        ok: false,
        reason: world.masker.mask(`${argv[0]} ended with ${exitCode ?? 'a signal'}: ${said}`),
      };
    },
    async fetchJson(url, credential) {
      const action = {
        kind: 'fetch' as const,
        method: 'GET' as const,
        url,
        ...(credential === null ? {} : { credential }),
      };
      const admission = await gate.perform(request(action), async (permit) => {
        const value = await world.http.fetch(permit, { timeoutMs: TIMEOUT_MS, limitBytes: BODY_BYTES });
        return {
          value,
          trace: { ok: value.status === 200, summary: value.failure ?? `HTTP ${value.status}` },
        };
      });
      if (admission.kind === 'refused') return { ok: false, reason: admission.reason };
      const { status, failure, body } = admission.value;
      if (status !== 200) return { ok: false, reason: failure ?? `HTTP ${status}` };
      if (body.isTruncated) return { ok: false, reason: `the answer was ${body.totalBytes} bytes, too many` };
      try {
        return { ok: true, value: JSON.parse(body.text) as unknown };
      } catch {
        return { ok: false, reason: 'the answer was no JSON' };
      }
    },
  };
}
