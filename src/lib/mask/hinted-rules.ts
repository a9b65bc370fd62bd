import type { LineRule } from './line-rule.ts';

/** Tells which rules a line holds a word of, in the order of the rules. */
export type RuleFinder = (line: string) => LineRule[];

/**
 * One walk over the line for the words of all rules: asking the line for each word by itself took a third of the
 * masker's time. No pattern, because a start would have to compile it.
 */
export function createRuleFinder(rules: readonly LineRule[]): RuleFinder {
  const isBeginning = new Uint8Array(PAIRS);
  const byBeginning = new Map<number, { word: string; third: number; rules: number[] }[]>();
  const others: { pattern: RegExp; rule: number }[] = [];
  rules.forEach(({ hint }, rule) => {
    if (hint instanceof RegExp) others.push({ pattern: hint, rule });
    else for (const word of hint) put(word, rule);
  });
  function put(word: string, rule: number): void {
    const pair = pairOf(word.charCodeAt(0), word.charCodeAt(1));
    const words = byBeginning.get(pair) ?? [];
    const known = words.find((one) => one.word === word);
    if (known === undefined) words.push({ word, third: word.charCodeAt(2), rules: [rule] });
    else known.rules.push(rule);
    byBeginning.set(pair, words);
    isBeginning[pair] = 1;
  }
  return (line) => {
    const lower = line.toLowerCase();
    const isHinted = new Uint8Array(rules.length);
    let code = lower.charCodeAt(0);
    for (let at = 1; at < lower.length; at++) {
      const next = lower.charCodeAt(at);
      const pair = pairOf(code, next);
      code = next;
      if (isBeginning[pair] === 0) continue;
      const third = lower.charCodeAt(at + 1);
      for (const { word, third: wanted, rules: hinted } of byBeginning.get(pair) ?? [])
        if ((wanted === third || word.length === 2) && lower.startsWith(word, at - 1))
          for (const rule of hinted) isHinted[rule] = 1;
    }
    for (const { pattern, rule } of others) if (pattern.test(line)) isHinted[rule] = 1;
    return rules.filter((_, rule) => isHinted[rule] === 1);
  };
}

const PAIRS = 1 << 12;

/** Other pairs can have the same number: it only says where a closer look is worth while. */
function pairOf(first: number, second: number): number {
  return ((first & 63) << 6) | (second & 63);
}
