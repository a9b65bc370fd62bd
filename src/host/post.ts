import type { Post } from '../protocol/post.ts';
import { bodyOf, exchange } from './exchange.ts';

const CONNECT_MS = 10_000;

export function createPost(connectMs = CONNECT_MS): Post {
  return async (url, request) => {
    const answer = await exchange(new URL(url), { method: 'POST', ...request, connectMs, isKept: true });
    const headers = Object.entries(answer.headersDistinct).map(
      ([name, values = []]) => [name, values.join(', ')] as const,
    );
    return { status: answer.statusCode ?? 0, headers: new Map(headers), body: bodyOf(answer) };
  };
}
