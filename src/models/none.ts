import type { ModelPort } from '../protocol/model.ts';
import { NO_USAGE } from '../protocol/model.ts';

/** No model: every request fails at once with the reason why there is none. Rules and look-steps need none. */
export function createNone(reason: string): ModelPort {
  return {
    vendor: 'none',
    place: 'none',
    endpoint: '',
    complete: () =>
      Promise.resolve({
        ok: false,
        class: 'login',
        status: null,
        message: `no model: ${reason}`,
        resumeAt: null,
        usage: { ...NO_USAGE },
        durationMs: 0,
      }),
  };
}
