import { capText } from '../../src/lib/cap.ts';
import type { Http } from '../../src/protocol/machine.ts';
import { Permit } from '../../src/protocol/permit.ts';

export interface FakeAnswer {
  status?: number;
  body?: string;
  failure?: string;
  certificateEndsAt?: number;
}

export interface FakeHttp extends Http {
  readonly fetched: string[];
}

/** Answers by URL; an unknown URL is a server that refuses connections. */
export function createFakeHttp(script: Record<string, FakeAnswer>): FakeHttp {
  const fetched: string[] = [];
  return {
    fetched,
    async fetch(permit, options) {
      const action = Permit.spend(permit, 'fetch');
      if (action.kind !== 'fetch') throw new Error('unreachable: spend checked the kind');
      fetched.push(action.url);
      const answer = script[action.url] ?? { failure: 'refused' };
      const nothing = { text: '', totalBytes: 0, isTruncated: false };
      const failure = options.signal?.aborted === true ? 'aborted' : (answer.failure ?? null);
      if (failure !== null) return { status: null, body: nothing, failure, durationMs: 0 };
      const body = action.method === 'HEAD' ? '' : (answer.body ?? '');
      return {
        status: answer.status ?? 200,
        body: capText(body, options.limitBytes),
        failure: null,
        durationMs: 0,
        ...(options.wantsCertificate === true && answer.certificateEndsAt !== undefined
          ? { certificateEndsAt: answer.certificateEndsAt }
          : {}),
      };
    },
  };
}
