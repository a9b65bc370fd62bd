import type { WebSender } from '../protocol/machine.ts';
import { exchange } from './exchange.ts';
import { nameFailure, readBody } from './http.ts';

export function createWebSender(): WebSender {
  return {
    async send({ method, url, headers = {}, body }, options) {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
      try {
        const answer = await exchange(new URL(url), {
          method,
          headers: { accept: '*/*', ...headers },
          ...(body === undefined ? {} : { body }),
          signal,
          connectMs: options.timeoutMs,
        });
        const { text } = await readBody(answer, options.limitBytes);
        return {
          status: answer.statusCode ?? 0,
          retryAfter: answer.headers['retry-after'] ?? null,
          text,
          failure: null,
        };
      } catch (error) {
        // An answer that broke off after its status is none: it may have said that nothing was taken.
        const failure = nameFailure(error, timeout, options.signal);
        return { status: null, retryAfter: null, text: '', failure };
      }
    },
  };
}
