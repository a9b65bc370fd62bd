import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Box, createBox, createBoxWithModel } from './steward.ts';

const EVERY = {
  rule: "when: l != ''",
  examples: '{ facts: { found: [a] }, finds: [a] }, { facts: { found: [] }, finds: [] }',
};
const NEW = {
  rule: "changed: l\n    when: l != ''",
  examples:
    '{ before: { found: [a] }, facts: { found: [a, b] }, finds: [b] }, { before: { found: [a] }, facts: { found: [a] }, finds: [] }',
};

/** A probe that finds every line of a file, and one that finds only lines that are new on this host. */
function plant(box: Box, options: { rule: string; examples: string; needs?: string }): void {
  const list = join(box.cwd, 'list');
  box.write(
    '.config/steward/context/lines.yaml',
    `describe: Lines of a file
${options.needs === undefined ? '' : `needs: ${options.needs}\n`}run: [cat, ${list}]
parse: lines
facts: { found: output }
rules:
  - id: line
    each: found
    as: l
    object: l
    ${options.rule}
    severity: warning
    class: advisory
    cooldown: 1h
    say: '{l} is there'
    examples: [${options.examples}]
`,
  );
  box.write(
    '.config/steward/goals/mend.md',
    `---
description: Mend the list.
probes: [lines]
tools: [Bash]
autonomy: reversible
---
Mend the list in ${box.cwd}.
`,
  );
  box.write(
    '.config/steward/steward.yaml',
    `autonomy: reversible\nisolation: none\npermissions: { allow: ['Bash(mv *)', 'Bash(mkdir *)'] }\n`,
  );
}

const REPORT = (outcome: string) => ({
  toolCalls: [
    {
      name: 'Report',
      input: {
        outcome,
        summary: 'What was found was looked at and taken care of.',
        actions: [{ text: 'It was done', evidence: ['C1'] }],
      },
    },
  ],
});

describe('what proves that something was fixed', () => {
  it('is not a probe that no longer finds what it needs', async () => {
    const { box } = await createBoxWithModel([
      { toolCalls: [{ name: 'Bash', input: { command: 'mv list gone' } }] },
      REPORT('fixed'),
    ]);
    plant(box, { ...EVERY, needs: join(box.cwd, 'list') });
    box.write('../work/list', 'fault\n');
    const { code, result } = await box.json(['run', 'mend']);
    expect(existsSync(join(box.cwd, 'gone'))).toBe(true);
    expect([code, result.outcome]).not.toEqual([0, 'fixed']);
    expect(code).not.toBe(0);
  });

  it('is not that what was new a moment ago is known by now', async () => {
    const { box } = await createBoxWithModel([
      { toolCalls: [{ name: 'Bash', input: { command: 'mkdir done' } }] },
      REPORT('fixed'),
    ]);
    plant(box, NEW);
    box.write('../work/list', 'old\n');
    expect((await box.json(['run', 'mend', '--model', 'none'])).code).toBe(0);
    box.write('../work/list', 'old\nnew\n');
    const { code, result } = await box.json(['run', 'mend']);
    expect(existsSync(join(box.cwd, 'done'))).toBe(true);
    expect([code, result.outcome]).toEqual([60, 'escalated']);
  });
});

describe('something new', () => {
  it('stays new until somebody was told of it', async () => {
    const refused = { fault: 'status' as const, status: 401 };
    const { box } = await createBoxWithModel([refused]);
    plant(box, NEW);
    box.write('../work/list', 'old\n');
    expect((await box.json(['run', 'mend', '--model', 'none'])).code).toBe(0);
    box.write('../work/list', 'old\nnew\n');
    expect((await box.json(['run', 'mend'])).code).toBe(41);
    const told = await box.json(['run', 'mend', '--model', 'none']);
    expect([told.code, told.result.outcome]).toEqual([60, 'escalated']);
    expect((await box.json(['run', 'mend', '--model', 'none'])).code).toBe(0);
  });
});

describe('a question', () => {
  it('is not answered by a refused call and a sentence', async () => {
    const { box } = await createBoxWithModel([
      { toolCalls: [{ name: 'Bash', input: { command: 'reboot' } }] },
      { text: 'All is well.' },
    ]);
    box.write(
      '.config/steward/goals/ask.md',
      '---\ndescription: Ask.\nprobes: []\ntools: [Bash]\ngate: always\n---\nAsk.\n',
    );
    const { code, result } = await box.json(['run', 'ask']);
    expect([code, result.outcome]).toEqual([61, 'cannot-tell']);
  });

  it('is not answered at all without a model, also under a goal that finds nothing', async () => {
    const { code } = await createBox().json(['-p', 'why?', '--goal', 'health-check']);
    expect(code).toBe(41);
  });
});

describe('a plain prompt', () => {
  it('is done when a command failed, was told, and was mended', async () => {
    const { box } = await createBoxWithModel([
      { toolCalls: [{ name: 'Bash', input: { command: 'mkdir sub/deep' } }] },
      { toolCalls: [{ name: 'Bash', input: { command: 'mkdir -p sub/deep' } }] },
      { text: 'Made.' },
    ]);
    box.write('.config/steward/steward.yaml', 'isolation: none\n');
    const { code, result } = await box.json(['-p', 'make sub/deep', '--allowedTools', 'Bash(mkdir *)']);
    expect(existsSync(join(box.cwd, 'sub/deep'))).toBe(true);
    expect([code, result.outcome]).toEqual([0, 'reported']);
  });
});
