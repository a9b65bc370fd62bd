import type { ModelFailure, ModelPort, ModelReply, ModelRequest } from '../protocol/model.ts';

export interface FallbackCandidate {
  port: ModelPort;
  model: string;
}

export interface FallbackOptions {
  /** Told when a model is given up for this run and another takes over. */
  onFallback?: (failure: ModelFailure, from: string, to: string) => void;
}

/**
 * Tries the next model when one and its retries are exhausted, and stays with it for the rest of the run: every turn
 * would else begin with the same failures. Not for a bad request, which is steward's own fault (except that a model
 * which is not there cannot be had), nor after an abort.
 * When none answers, the failure that heals by itself first is returned.
 */
export function withFallbacks(
  candidates: readonly [FallbackCandidate, ...FallbackCandidate[]],
  options: FallbackOptions = {},
): ModelPort {
  let current = 0;
  const at = (index: number): FallbackCandidate => candidates[index] ?? candidates[0];

  async function complete(request: ModelRequest): Promise<ModelReply | ModelFailure> {
    const failures: ModelFailure[] = [];
    for (let index = current; ; index += 1) {
      const { port, model } = at(index);
      const result = await port.complete({ ...request, model });
      if (result.ok) {
        current = index;
        return result;
      }
      failures.push(result);
      const isOwnFault = result.class === 'bad-request' && result.status !== 404;
      if (isOwnFault || result.class === 'aborted') return result;
      const next = candidates[index + 1];
      if (next === undefined) return firstToHeal(failures);
      options.onFallback?.(result, model, next.model);
    }
  }

  return {
    get vendor() {
      return at(current).port.vendor;
    },
    get place() {
      return at(current).port.place;
    },
    get endpoint() {
      return at(current).port.endpoint;
    },
    complete,
  };
}

function firstToHeal(failures: readonly ModelFailure[]): ModelFailure {
  const [best, ...rest] = [...failures].sort((a, b) => healsAt(a) - healsAt(b));
  // The caller pushed one before asking.
  if (best === undefined) throw new Error('no failure to choose from');
  const others = rest.map((failure) => failure.message);
  return others.length === 0
    ? best
    : { ...best, message: `${best.message} (also tried: ${others.join(' | ')})` };
}

function healsAt(failure: ModelFailure): number {
  if (failure.class === 'retry') return failure.resumeAt ?? 0;
  if (failure.class === 'wait') return failure.resumeAt ?? Number.MAX_SAFE_INTEGER / 2;
  return Number.MAX_SAFE_INTEGER;
}
