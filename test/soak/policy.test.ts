import { spawnSync } from 'node:child_process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { checkLine } from '../../src/policy/index.ts';
import { parseLine } from '../../src/policy/parse.ts';
import { printList } from '../../src/policy/print.ts';
import { DRESS_NAMES, DRESSES, isPlain, lookAlike, respellLine } from '../policy/mutator.ts';
import { allowedLines, CWD, HOME, refusedLines, shippedPolicy } from '../policy/support.ts';

const isFull = process.env.STEWARD_SOAK === 'full';
const count = (full: number): number => (isFull ? full : full / 10);

/** xorshift: the same lines in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const TOKENS =
  'ls|cat|echo|a|-l|--|x=1|x|$x|"$x"|${x}|${x:-y}|$(|)|`|"|\'|\\|\\\n|\n| | | |;|;;|&|&&|\\|\\||\\||(|{|}|}|[|]|[[|]]|<|>|>>|2>|&>|<<<|<(|>(|#|!|~|*|?|{a,b}|{1..3}|$((|))|1|if|then|fi|for|in|do|done|while|case|esac|time|$\'|\\x41|$"|@(a)|=|+=|a[0]=1|/etc|../|,|%|é'
    .split(/(?<!\\)\|/)
    .map((token) => token.replaceAll('\\|', '|'));

function randomLine(next: () => number): string {
  const length = 1 + (next() % 14);
  return Array.from({ length }, () => `${TOKENS[next() % TOKENS.length]}${next() % 3 === 0 ? '' : ' '}`).join(
    '',
  );
}

function accepts(line: string): boolean {
  return spawnSync('bash', ['-n', '-c', '--', line], { env: { PATH: '/usr/bin:/bin' } }).status === 0;
}

/** How many commands shfmt sees, of every kind that runs something; null when it refuses the line. */
function shfmtCommands(line: string): number | null {
  const { status, stdout } = spawnSync('shfmt', ['-tojson'], {
    input: line,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) return null;
  let commands = 0;
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) walk(one);
    else if (typeof node === 'object' && node !== null) {
      const { Type, Args } = node as { Type?: string; Args?: unknown[] | null };
      if ((Type === 'CallExpr' && (Args?.length ?? 0) > 0) || Type === 'TestClause') commands++;
      for (const value of Object.values(node)) walk(value);
    }
  };
  walk(JSON.parse(stdout));
  return commands;
}

describe('random lines of tokens', () => {
  const next = randomNumbers(20_261_121);
  const lines = Array.from({ length: count(20_000) }, () => randomLine(next));
  const understood = lines.flatMap((line) => {
    const parsed = parseLine(line, HOME);
    return 'refusal' in parsed ? [] : [{ line, printed: printList(parsed.list) }];
  });

  it('are accepted by bash, as typed and as printed, whenever policy understands them', () => {
    expect(understood.length).toBeGreaterThan(lines.length / 100);
    expect(understood.filter(({ printed }) => !accepts(printed))).toEqual([]);
    expect(understood.filter(({ line }) => !accepts(line)).map(({ line }) => line)).toEqual([]);
  });

  it('hold no command for shfmt that is not in what policy prints to be run', () => {
    const wrong = understood.flatMap(({ line, printed }) => {
      const typed = shfmtCommands(line);
      const run = shfmtCommands(printed);
      // shfmt refuses some lines that bash accepts, and takes `1+=x` for an assignment: policy then judges one more.
      if (typed === null || run === null || typed <= run) return [];
      return [{ line, printed, typed, run }];
    });
    expect(wrong).toEqual([]);
  });
});

describe('hostile lines in many dresses', () => {
  const policy = shippedPolicy();
  const hostile = refusedLines();
  const next = randomNumbers(7);

  it('are never allowed', () => {
    const allowed: string[] = [];
    for (let i = 0; i < count(60_000); i++) {
      let line = hostile[i % hostile.length] ?? '';
      const original = line;
      if (isPlain(line) && next() % 3 === 0) line = respellLine(line, next);
      for (let depth = next() % 4; depth > 0; depth--) {
        line = DRESSES[DRESS_NAMES[next() % DRESS_NAMES.length] ?? '']?.(line, next()) ?? line;
      }
      if (next() % 10 === 0) line = lookAlike(line, next());
      if (checkLine(policy, line, CWD).verdict === 'allow') allowed.push(`${original}  ⇒  ${line}`);
    }
    expect(allowed.slice(0, 20)).toEqual([]);
  });
});

describe('a hundred thousand decisions', () => {
  it('leave nothing behind in memory', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const policy = shippedPolicy();
    const lines = [...refusedLines(), ...allowedLines()];
    const decide = (from: number, to: number): number => {
      // A number in each, so that nothing can be found again.
      for (let i = from; i < to; i++) checkLine(policy, `${lines[i % lines.length]} ${i}`, CWD);
      collect();
      return process.memoryUsage().heapUsed;
    };
    const total = count(100_000);
    const first = decide(0, total / 2);
    const second = decide(total / 2, total);
    expect(second - first).toBeLessThan(8 * 1024 * 1024);
  });
});
