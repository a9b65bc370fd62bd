import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printNote } from '../../src/knowledge/index.ts';
import { openBook } from '../../test/knowledge/open-book.ts';
import { quantile } from '../statistics.ts';
import type { Row } from '../table.ts';

const NOTES = 50_000;
const WORDS_A_NOTE = 60;
const VOCABULARY = 4_000;

/** 50,000 notes whose words are as unevenly spread as in prose; three words joined by AND, of any commonness. In process. */
export async function measureKnowledge(rounds: number): Promise<Row[]> {
  const root = mkdtempSync(join(tmpdir(), 'steward-bench-notes-'));
  try {
    const { folder, book } = await openBook(root);
    const word = createWords(7);
    for (let index = 0; index < NOTES; index += 1) {
      const body = Array.from({ length: WORDS_A_NOTE }, word).join(' ');
      const note = {
        title: `${word()} ${word()}`,
        body,
        appliesTo: [`host${index % 500}`],
        learnedFrom: null,
        date: 1.79e12,
        confidence: 'medium' as const,
      };
      writeFileSync(join(folder, `${index}.md`), printNote(note));
    }
    const first = await timed(() => book.refresh());
    const again = await timed(() => book.refresh());
    const searches: number[] = [];
    for (let round = 0; round < rounds * 10; round += 1) {
      const words = `${word()} ${word()} ${word()}`;
      searches.push(await timed(() => book.search(words, 20)));
    }
    book.close();
    const worst = quantile(searches, 0.99);
    return [
      {
        what: `three words joined by AND in ${NOTES} notes, 99 of 100 searches`,
        figure: `${worst.toFixed(1)} ms (half of them ${quantile(searches, 0.5).toFixed(1)} ms)`,
        floor: '',
        ratio: null,
        target: '≤ 50 ms',
        isMet: worst <= 50,
      },
      {
        what: `the index of ${NOTES} notes: made anew, and brought up to files that did not change`,
        figure: `${(first / 1000).toFixed(1)} s, ${again.toFixed(0)} ms`,
        floor: '',
        ratio: null,
        target: '',
        isMet: true,
      },
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** A word by Zipf's law: the k-th is k times as rare as the first. */
function createWords(seed: number): () => string {
  const cumulated: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= VOCABULARY; rank += 1) {
    sum += 1 / rank;
    cumulated.push(sum);
  }
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const wanted = (state / 2 ** 32) * sum;
    let [low, high] = [0, VOCABULARY - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulated[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return `w${low.toString(36)}x`;
  };
}
