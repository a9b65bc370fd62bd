import { describe, expect, it } from 'vitest';
import { asRoot } from '../../../src/app/executor/as-root.ts';
import type { Change } from '../../../src/protocol/change.ts';

function lineOf(line: string): string {
  const change: Change = {
    title: 'x',
    targets: [],
    why: null,
    evidence: [],
    preflight: [{ what: { kind: 'run', line }, expect: 'exit 0', withinMs: 0, forMs: 0 }],
    apply: [
      { kind: 'run', line },
      { kind: 'write', file: '/x', text: line },
    ],
    verify: [{ what: { kind: 'run', line }, expect: 'exit 0', withinMs: 0, forMs: 0 }],
    rollback: [{ kind: 'run', line }],
    window: null,
  };
  const rooted = asRoot(change);
  const lines = new Set(
    [...rooted.apply.slice(0, 1), ...(rooted.rollback === 'auto' ? [] : rooted.rollback)].map((step) =>
      step.kind === 'run' ? step.line : '',
    ),
  );
  for (const { what } of [...rooted.preflight, ...rooted.verify])
    if (what.kind === 'run') lines.add(what.line);
  // What is written to a file stays as it is.
  expect(rooted.apply[1]).toEqual({ kind: 'write', file: '/x', text: line });
  expect(lines.size).toBe(1);
  return [...lines][0] ?? '';
}

describe('a change for the executor', () => {
  it.each([
    ['sudo systemctl restart shop', 'systemctl restart shop'],
    ['sudo -n systemctl restart shop', 'systemctl restart shop'],
    ['sudo /usr/bin/apt-get install -y curl', '/usr/bin/apt-get install -y curl'],
    ['systemctl restart shop', 'systemctl restart shop'],
  ])('needs no sudo in front of a plain command: %s', (line, rooted) => {
    expect(lineOf(line)).toBe(rooted);
  });

  it.each([
    'sudo -u postgres psql',
    'sudo -i',
    'sudo tee /etc/x < y',
    'sudo a; sudo b',
    'sudo a && rm b',
    'sudo $(cat x)',
    'sudo\tx',
    'echo sudo x',
    'sudo',
    'sudo VAR=1 x',
  ])('is left alone where more than that is meant: %s', (line) => {
    expect(lineOf(line)).toBe(line);
  });
});
