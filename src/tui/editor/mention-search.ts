import type { Client, Mention } from '../../app/client.ts';

/** Rows that a list of proposals can be scrolled through. */
const MOST = 50;

export interface MentionSearch {
  ask(id: number, query: string): void;
}

/**
 * One question at a time: while it is answered only the newest one waits, so that fast typing is not slowed down.
 * An answer that cannot be had is an empty one: the text can be typed without it.
 */
export function createMentionSearch(
  client: Pick<Client, 'mentions'>,
  onAnswer: (id: number, mentions: readonly Mention[]) => void,
): MentionSearch {
  let isAsking = false;
  let next: { id: number; query: string } | null = null;

  async function work(): Promise<void> {
    isAsking = true;
    for (let wanted = next; wanted !== null; wanted = next) {
      next = null;
      const { id, query } = wanted;
      onAnswer(id, await client.mentions(query, MOST).catch(() => []));
    }
    isAsking = false;
  }

  return {
    ask(id, query) {
      next = { id, query };
      if (!isAsking) void work();
    },
  };
}
