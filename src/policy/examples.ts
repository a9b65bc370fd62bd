import { checkLine, type LineCheck } from './check.ts';
import { createPolicy } from './policy.ts';
import type { SpecBook } from './spec-book.ts';

export interface ExampleResult {
  source: string;
  line: string;
  expected: 'allow' | 'not-allow';
  /** What policy says when that is not what the example demands. */
  found: LineCheck | undefined;
}

/** Every spec's own examples, held against all specs together, in a place where nothing else has a say. */
export function runExamples(specs: SpecBook): ExampleResult[] {
  const policy = createPolicy({
    specs,
    rules: { allow: [], ask: [], deny: [] },
    mode: 'default',
    home: '/home/operator',
    cwd: '/srv/infra',
    stateLocation: '/var/lib/steward',
    declaredEndpoints: ['https://consul.lan:8501/v1'],
  });
  const run = (source: string, line: string, expected: 'allow' | 'not-allow'): ExampleResult => {
    const check = checkLine(policy, line, '/srv/infra');
    const isAsExpected = (check.verdict === 'allow') === (expected === 'allow');
    return { source, line, expected, found: isAsExpected ? undefined : check };
  };
  return specs
    .all()
    .flatMap(({ source, allow, notAllow }) => [
      ...allow.map((line) => run(source, line, 'allow')),
      ...notAllow.map((line) => run(source, line, 'not-allow')),
    ]);
}
