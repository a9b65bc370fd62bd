import type { PolicyTest } from '../../app/policy/policy-test.ts';

export function policyTestText({ examples, cases, files, failures }: PolicyTest): string {
  const lines = failures.flatMap(({ place, line, expected, verdict, rule, reason, why }) => [
    `FAIL  ${place}: ${line}`,
    `      expected ${expected}, is ${verdict} (${rule}): ${reason}`,
    ...(why === null ? [] : [`      the case says: ${why}`]),
  ]);
  const from = files.length === 0 ? 'no case files' : `${cases} cases of ${files.join(', ')}`;
  lines.push(`${examples} examples of the specs and ${from}: ${failures.length} failed`);
  return `${lines.join('\n')}\n`;
}
