import type { Line, Notice } from './notice.ts';
import { clockTime, type Scene, worst } from './words.ts';

const MOST_ITEMS = 60;

/** One message for all that could wait for it, oldest first. `day`: `2026-11-21`, of which there is one. */
export function digestNotice(
  items: readonly Pick<Notice, 'at' | 'headline' | 'thread' | 'severity'>[],
  { day, host }: { day: string; host: string },
  scene: Scene,
): Notice {
  const sorted = [...items].sort((a, b) => a.at - b.at);
  // Of one thread the last word is enough.
  const last = sorted.filter(
    ({ thread }, index) => sorted.findLastIndex((one) => one.thread === thread) === index,
  );
  const left = last.length - MOST_ITEMS;
  return {
    key: `digest:${host}:${day}`,
    thread: `digest:${host}:${day}`,
    severity: worst(items.map(({ severity }) => severity)),
    kind: 'digest',
    isLoud: false,
    isSequel: false,
    at: scene.now,
    headline: [
      `DIGEST ${last.length} thing${last.length === 1 ? '' : 's'} on ${host} since ${clockTime(sorted[0]?.at ?? scene.now, scene)} that could wait`,
    ],
    body: [
      ...last.slice(0, MOST_ITEMS).map(({ at, headline }): Line => [`${clockTime(at, scene)} `, ...headline]),
      ...(left > 0 ? [[`… and ${left} more: steward notify list --all`]] : []),
    ],
    link: null,
    facts: { day, items: last.length },
  };
}
