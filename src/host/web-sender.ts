import type { WebSender } from '../protocol/machine.ts';
import { nameFailure, readBody } from './http.ts';

export function createWebSender(): WebSender {
  return {
    async send({ method, url, headers = {}, body }, options) {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
      try {
        const response = await fetch(url, {
          method,
          redirect: 'manual',
          signal,
          headers: { 'user-agent': 'steward', accept: '*/*', ...headers },
          ...(body === undefined ? {} : { body }),
        });
        const { text } = await readBody(response, options.limitBytes);
        return {
          status: response.status,
          retryAfter: response.headers.get('retry-after'),
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
