import type { FailureClass, ModelFailure } from '../protocol/model.ts';
import type { PostAnswer } from '../protocol/post.ts';
import { wordsOf } from './page.ts';
import { resumeTime } from './resume-time.ts';

/** An answer with an error status, before any reply. */
export interface HttpFailure {
  status: number;
  headers: PostAnswer['headers'];
  body: string;
}

/** An error that a server reports inside a stream that began well. `type` is in the vendor's words. */
export class StreamFault extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.name = 'StreamFault';
    this.type = type;
  }
}

export type Classified = Pick<ModelFailure, 'class' | 'status' | 'resumeAt' | 'isPromptTooLong'> & {
  text: string;
  /** What to look at, where it is not what failures of the class are about. */
  hint?: string;
};

/** Sources of the wording: the vendors' error pages and servers, 2026-11. */
const TOO_LONG =
  /prompt is too long|context.?length|maximum context|context window|too many (input )?tokens|exceeds? the (available|maximum|max).*(context|tokens)|request_too_large|input token count/i;
const NO_CREDIT =
  /credit balance|insufficient.?(balance|funds|credit|quota)|billing_error|billing hard limit/i;

export function classifyStatus(failure: HttpFailure, nowMs: number): Classified {
  const { status, headers, body } = failure;
  const resumeAt = resumeTime(headers, body, nowMs);
  const text = `${status} ${errorText(body)}`.trim();
  const as = (kind: FailureClass, more: Partial<Classified> = {}): Classified => ({
    class: kind,
    status,
    resumeAt: null,
    text,
    ...more,
  });
  if (status === 402 || (status < 500 && status !== 401 && NO_CREDIT.test(body))) return as('money');
  if (status === 401 || status === 403) return as('login');
  if (status === 429) return as('wait', { resumeAt });
  if (status === 408 || status === 409 || status === 425 || status >= 500) return as('retry', { resumeAt });
  if (status >= 300 && status < 400) {
    const place = headers.get('location') ?? 'nowhere';
    return as('bad-request', { text: `${status} redirects to ${place}; name that address instead` });
  }
  if (status === 413 || TOO_LONG.test(body)) return as('bad-request', { isPromptTooLong: true });
  return as('bad-request');
}

export function classifyStreamFault(fault: StreamFault): Classified {
  const base = { status: null, resumeAt: null, text: `${fault.type}: ${fault.message}` };
  const said = `${fault.type} ${fault.message}`;
  if (NO_CREDIT.test(said)) return { ...base, class: 'money' };
  if (/authentication|permission/i.test(fault.type)) return { ...base, class: 'login' };
  if (/rate_?limit|quota|\b429\b/i.test(said)) return { ...base, class: 'wait' };
  if (TOO_LONG.test(said)) return { ...base, class: 'bad-request', isPromptTooLong: true };
  if (/invalid_request|not_found/i.test(fault.type)) return { ...base, class: 'bad-request' };
  return { ...base, class: 'retry' };
}

/** No answer at all. A certificate that is refused today is refused tomorrow, as is an address that is none; everything else may pass. */
export function classifyNetworkError(error: unknown): Classified {
  const code = networkCode(error);
  const proxy = proxyOf(error);
  if (proxy !== null) return classifyProxy(proxy, error, code);
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code);
  const isLasting = isCertificate || /ERR_TLS|ERR_INVALID_(?:URL|PROTOCOL|CHAR)|ERR_SSL/.test(code);
  const said = NETWORK_WORDS[code] ?? (code === '' ? rootMessage(error) : `${rootMessage(error)} (${code})`);
  const text = isCertificate ? `its certificate is not trusted (${code}); ${TRUST_HINT}` : said;
  return { class: isLasting ? 'bad-request' : 'retry', status: null, resumeAt: null, text };
}

/** What stands between refuses or is not there: of the model's server nothing is known. */
function classifyProxy(proxy: string, error: unknown, code: string): Classified {
  const said = rootMessage(error);
  const status = /\bHTTP\/\d\S* (\d{3}\b.*)/.exec(said)?.[1];
  const isLasting = /^40[137]/.test(status ?? '');
  const why = status === undefined ? (NETWORK_WORDS[code] ?? said) : `it answered ${status}`;
  const text = `the proxy ${proxy} did not let the request through: ${why}`;
  const hint = 'check HTTPS_PROXY, HTTP_PROXY and NO_PROXY';
  return { class: isLasting ? 'bad-request' : 'retry', status: null, resumeAt: null, text, hint };
}

const TRUST_HINT =
  'name its authority in NODE_EXTRA_CA_CERTS=FILE, or take those of the system: NODE_USE_SYSTEM_CA=1';

const NETWORK_WORDS: Record<string, string> = {
  ECONNREFUSED: 'connection refused: nothing listens there',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'the name server does not answer',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  HPE_INVALID_CONSTANT: 'what answers there does not speak HTTP',
  EPROTO: 'what answers there does not speak TLS; should the address begin with http://?',
};

/** One line, masked, at most 400 characters. */
export function oneLine(text: string, mask: (text: string) => string): string {
  const line = mask(text).replace(/\s+/g, ' ').trim();
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}

/** What a server said, out of any of the shapes that vendors wrap it in. */
function errorText(body: string): string {
  try {
    const found = messageIn(JSON.parse(body));
    if (found !== undefined) return found;
  } catch {
    // Not JSON: a proxy's page. Its text is better than nothing.
  }
  return wordsOf(body);
}

function messageIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return messageIn(value[0]);
  if (typeof value !== 'object' || value === null) return undefined;
  if ('error' in value) return messageIn(value.error);
  if ('message' in value && typeof value.message === 'string') return value.message;
  if ('detail' in value && typeof value.detail === 'string') return value.detail;
  return undefined;
}

/** `host:port` of the proxy at fault. */
function proxyOf(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth += 1) {
    if ('proxy' in at && typeof at.proxy === 'string') return at.proxy;
  }
  return null;
}

export function networkCode(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return '';
}

function rootMessage(error: unknown): string {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof Error ? at.message : String(at);
}
