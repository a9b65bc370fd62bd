import type { IncomingMessage } from 'node:http';
import { createCapture } from '../lib/cap.ts';
import type { HttpCredential } from '../protocol/action.ts';
import type { Http, HttpResult } from '../protocol/machine.ts';
import { Permit } from '../protocol/permit.ts';
import { readCredentials } from './environment.ts';
import { bodyOf, exchange } from './exchange.ts';
import { monotonicMs } from './monotonic.ts';
import { readCertificateEnd } from './peer-certificate.ts';
import { errorCode } from './state-errors.ts';

/** Bytes read past the limit only to keep the tail; an endless answer is broken off. */
const READ_LIMIT_BYTES = 16 * 1024 * 1024;

const NO_BODY = { text: '', totalBytes: 0, isTruncated: false };

export function createHttp(): Http {
  return {
    async fetch(permit, options) {
      const action = Permit.spend(permit, 'fetch');
      if (action.kind !== 'fetch') throw new Error('unreachable: spend checked the kind');
      const start = monotonicMs();
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
      const finish = (part: Pick<HttpResult, 'status' | 'body' | 'failure'>): HttpResult => ({
        ...part,
        durationMs: monotonicMs() - start,
      });
      let status: number | null = null;
      try {
        const answer = await exchange(new URL(action.url), {
          method: action.method,
          headers: { accept: '*/*', ...credentialHeader(action.credential) },
          signal,
          connectMs: options.timeoutMs,
        });
        status = answer.statusCode ?? 0;
        const body = await readBody(answer, options.limitBytes);
        const endsAt =
          options.wantsCertificate === true
            ? await readCertificateEnd(action.url, options.timeoutMs, signal)
            : null;
        return {
          ...finish({ status, body, failure: null }),
          ...(endsAt === null ? {} : { certificateEndsAt: endsAt }),
        };
      } catch (error) {
        // An answer that broke off is no answer: nobody knows what was missing.
        return finish({ status: null, body: NO_BODY, failure: nameFailure(error, timeout, options.signal) });
      }
    },
  };
}

function credentialHeader(credential: HttpCredential | undefined): Record<string, string> {
  if (credential === undefined) return {};
  const value = readCredentials(process.env, [credential.name])[credential.name];
  return value === undefined ? {} : { [credential.header]: `${credential.prefix}${value}` };
}

export async function readBody(answer: IncomingMessage, limitBytes: number) {
  const capture = createCapture(limitBytes);
  let totalBytes = 0;
  for await (const chunk of bodyOf(answer)) {
    capture.push(chunk);
    totalBytes += chunk.length;
    if (totalBytes > READ_LIMIT_BYTES) break;
  }
  return capture.finish();
}

const FAILURES: Record<string, string> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EPROTO: 'tls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
  UNABLE_TO_GET_ISSUER_CERT: 'tls',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
  ERR_INVALID_URL: 'bad-url',
};

/** A word for why there was no answer. */
export function nameFailure(error: unknown, timeout: AbortSignal, abort: AbortSignal | undefined): string {
  if (abort?.aborted === true) return 'aborted';
  if (timeout.aborted) return 'timeout';
  const code = deepestCode(error);
  if (code === undefined) return 'broken';
  if (/^(CERT_|ERR_TLS_|ERR_SSL_)/.test(code)) return 'tls';
  return FAILURES[code] ?? (code.startsWith('HPE_') ? 'broken' : code);
}

/** The reason can stand in `cause`; one attempt per address is wrapped once more. */
function deepestCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const below = deepestCode(error.cause);
  if (below !== undefined) return below;
  const code = errorCode(error);
  if (code !== undefined || !(error instanceof AggregateError)) return code;
  return error.errors.map(deepestCode).find((each) => each !== undefined);
}
