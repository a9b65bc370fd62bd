/**
 * The way to a model's server. src/host has the real one: it never follows a redirect, and sends anew only over another
 * connection what a kept one was closed on without an answer.
 */
export type Post = (url: string, request: PostRequest) => Promise<PostAnswer>;

export interface PostRequest {
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Aborted: the connection is given up, and the answer's body ends with an error. */
  signal: AbortSignal;
}

/**
 * The head of an answer, as soon as it is there. Rejects, with a `code` of the system or of TLS, when none comes; where a
 * proxy of the environment refused or was not there, `proxy` of the error is its `host:port`.
 */
export interface PostAnswer {
  status: number;
  /** By lower-case names; several of one name are joined by commas. */
  headers: ReadonlyMap<string, string>;
  /** As the bytes come. Throws when the connection breaks off. */
  body: AsyncIterable<Uint8Array>;
}
