import type { Clock } from '../protocol/machine.ts';
import type { FailureClass, ModelFailure, ModelReply, ModelRequest } from '../protocol/model.ts';
import type { Post, PostAnswer } from '../protocol/post.ts';
import {
  type Classified,
  classifyNetworkError,
  classifyStatus,
  classifyStreamFault,
  type HttpFailure,
  oneLine,
  StreamFault,
} from './failure.ts';
import { PAGE_BYTES, pageText } from './page.ts';
import { createReplyDraft, type ReplyDraft } from './reply-draft.ts';

/** What every vendor needs. */
export interface VendorOptions {
  clock: Clock;
  post: Post;
  mask: (text: string) => string;
  /** Base address, without a key in it. */
  endpoint: string;
  apiKey: string | null;
  /** Longest silence before the first byte, and between two. */
  firstByteMs: number;
  idleMs: number;
  /** What to look at when a failure of a class comes: `login` → `check ANTHROPIC_API_KEY`. */
  hints: Partial<Record<FailureClass | 'not-found' | 'unreachable', string>>;
}

/** Of an answer, as its bytes come. */
export type Body = PostAnswer['body'];

/** One request under way, as a vendor's file sees it. */
export interface Exchange {
  /**
   * Gives the body of the answer, watched: silence, error statuses and the caller's abort end it. What it or the body throws
   * is classified by us.
   */
  post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Body>;
  draft: ReplyDraft;
}

interface Watch {
  controller: AbortController;
  http: HttpFailure | null;
  hasAnswered: boolean;
  isSilent: boolean;
  requestBytes: number;
  lastByteAt: number;
  body: Body | null;
  contentType: string;
  /** The beginning of the answer, as it came. */
  head: Buffer[];
}

/** Longest part of an error page that is read. */
const ERROR_BODY_BYTES = 64 * 1024;

/** For whom only the event counts: without a reason of ours each abort would collect a stack. */
const OVER = 'over';

/** Some servers leave the connection open after the last event. Usage still comes within this, if it comes. */
const LINGER_MS = 1_000;

/**
 * Runs one request of any vendor. Never throws; settles at once when the signal aborts or the server falls silent,
 * whatever the vendor's library is waiting for.
 */
export async function runExchange(
  options: VendorOptions,
  request: ModelRequest,
  talk: (exchange: Exchange) => Promise<void>,
): Promise<ModelReply | ModelFailure> {
  const { clock } = options;
  const startedAt = clock.elapsed();
  const watch: Watch = {
    controller: new AbortController(),
    http: null,
    hasAnswered: false,
    isSilent: false,
    requestBytes: 0,
    lastByteAt: startedAt,
    body: null,
    contentType: '',
    head: [],
  };
  const stopped = new AbortController();
  const lingered = Promise.withResolvers<'done'>();
  const draft = createReplyDraft({
    idPrefix: `call_${request.messages.length}`,
    now: () => clock.elapsed(),
    onStop: () => void clock.sleep(LINGER_MS, stopped.signal).then(() => lingered.resolve('done')),
    ...(request.onDelta === undefined ? {} : { onDelta: request.onDelta }),
  });
  const abort = () => watch.controller.abort();
  if (request.signal?.aborted === true) abort();
  else request.signal?.addEventListener('abort', abort, { once: true });
  void watchForSilence(options, watch, stopped.signal);

  const ended = new Promise<'ended'>((resolve) => {
    if (watch.controller.signal.aborted) resolve('ended');
    else watch.controller.signal.addEventListener('abort', () => resolve('ended'), { once: true });
  });
  const talked = watch.controller.signal.aborted
    ? ended
    : talk({ post: watchedPost(options, watch), draft }).then(
        () => readOn(watch).then(() => 'read' as const),
        (error: unknown) => ({ error }),
      );
  const result = await Promise.race([talked, ended, lingered.promise]);
  draft.close();
  stopped.abort(OVER);
  request.signal?.removeEventListener('abort', abort);
  // Frees the connection when a reply was given up half-way.
  if (result !== 'read') watch.controller.abort();

  const durationMs = Math.round(clock.elapsed() - startedAt);
  const usage = draft.usage(watch.requestBytes);
  const fail = (found: Classified): ModelFailure => failureOf(found, options, request, usage, durationMs);
  if (request.signal?.aborted === true) return fail(plain('aborted', 'given up by steward'));
  if (watch.isSilent) return fail(plain('broken-reply', silenceText(options, watch)));
  if (watch.http !== null) return fail(classifyStatus(watch.http, clock.now()));
  if (typeof result === 'object') return fail(classifyThrown(result.error, watch));
  const finished = draft.finish();
  if ('broken' in finished) return fail(plain('broken-reply', pageIn(watch) ?? finished.broken));
  return {
    ok: true,
    model: request.model,
    content: finished.content,
    stopReason: finished.stopReason,
    usage,
    durationMs,
    firstTokenMs: (draft.firstContentAt() ?? clock.elapsed()) - startedAt,
  };
}

/** A request that is not worth sending: the failure without a server. */
export function refuseRequest(
  options: VendorOptions,
  request: ModelRequest,
  found: Classified,
): ModelFailure {
  return failureOf(found, options, request, createReplyDraft({ idPrefix: '', now: () => 0 }).usage(0), 0);
}

function plain(kind: FailureClass, text: string): Classified {
  return { class: kind, status: null, resumeAt: null, text };
}

function classifyThrown(error: unknown, watch: Watch): Classified {
  if (error instanceof StreamFault) return classifyStreamFault(error);
  if (!watch.hasAnswered) return classifyNetworkError(error);
  return plain('broken-reply', pageIn(watch) ?? `the reply broke off: ${classifyNetworkError(error).text}`);
}

function pageIn({ contentType, head }: Watch): string | null {
  return pageText(contentType, Buffer.concat(head).toString());
}

function failureOf(
  found: Classified,
  options: VendorOptions,
  request: ModelRequest,
  usage: ModelFailure['usage'],
  durationMs: number,
): ModelFailure {
  const isUnreachable = found.class === 'retry' && found.status === null;
  const hint =
    found.status === 404
      ? options.hints['not-found']
      : isUnreachable
        ? options.hints.unreachable
        : options.hints[found.class];
  const { text, hint: own = hint, ...rest } = found;
  const message = `${request.model} at ${options.endpoint}: ${text}${own === undefined ? '' : `; ${own}`}`;
  return { ok: false, ...rest, message: oneLine(message, options.mask), usage, durationMs };
}

function silenceText(options: VendorOptions, watch: Watch): string {
  const ms = watch.hasAnswered ? options.idleMs : options.firstByteMs;
  return `${watch.hasAnswered ? 'fell silent in the middle of the reply' : 'did not answer'} for ${ms / 1000} s`;
}

async function watchForSilence(options: VendorOptions, watch: Watch, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    const limitMs = watch.hasAnswered ? options.idleMs : options.firstByteMs;
    const quietMs = options.clock.elapsed() - watch.lastByteAt;
    if (quietMs >= limitMs) {
      watch.isSilent = true;
      watch.controller.abort();
      return;
    }
    await options.clock.sleep(Math.min(limitMs - quietMs, options.idleMs), stopped);
  }
}

function watchedPost(options: VendorOptions, watch: Watch): Exchange['post'] {
  return async (url, headers, body) => {
    watch.requestBytes = Buffer.byteLength(body);
    const answer = await options.post(url, { headers, body, signal: watch.controller.signal });
    watch.lastByteAt = options.clock.elapsed();
    if (answer.status < 200 || answer.status > 299) {
      watch.http = {
        status: answer.status,
        headers: answer.headers,
        body: await readSome(answer.body, ERROR_BODY_BYTES),
      };
      throw new Error(`status ${answer.status}`);
    }
    watch.hasAnswered = true;
    watch.contentType = answer.headers.get('content-type') ?? '';
    watch.body = noteBytes(answer.body, options.clock, watch);
    return watch.body;
  };
}

/**
 * A library may turn away after the last part of a reply. Only after its last byte is the connection free for the next
 * request; one that was left in between would keep the process alive for as long as the server likes.
 */
async function readOn({ body }: Watch): Promise<void> {
  try {
    for await (const _ of body ?? []);
  } catch {
    // The reply was whole before.
  }
}

async function* noteBytes(body: Body, clock: Clock, watch: Watch): AsyncGenerator<Uint8Array> {
  let kept = 0;
  for await (const chunk of body) {
    watch.lastByteAt = clock.elapsed();
    if (kept < PAGE_BYTES) watch.head.push(Buffer.from(chunk.subarray(0, PAGE_BYTES - kept)));
    kept += chunk.length;
    yield chunk;
  }
}

async function readSome(body: Body, limitBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length >= limitBytes) break;
    }
  } catch {
    // The status alone says enough to classify it.
  }
  return text;
}
