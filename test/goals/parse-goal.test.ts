import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseGoalFile } from '../../src/goals/index.ts';
import { OpsError } from '../../src/lib/ops-error.ts';
import { GOAL } from './fixtures.ts';

const SOURCE = '/etc/steward/goals/backups.md';

describe('parseGoalFile', () => {
  test('reads front matter and prose', async () => {
    expect(await parseGoalFile(SOURCE, 'system', GOAL)).toEqual({
      name: 'backups',
      source: SOURCE,
      layer: 'system',
      description: 'Look after the backups.',
      enabled: true,
      probes: ['disk', 'systemd-failed'],
      probePlaces: {
        disk: '/etc/steward/goals/backups.md:3: probes[0]',
        'systemd-failed': '/etc/steward/goals/backups.md:3: probes[1]',
      },
      tools: ['Bash', 'Read', 'Report'],
      autonomy: 'propose',
      gate: 'findings',
      egress: 'any',
      limits: { turns: 30, durationMs: 600_000 },
      parameters: { unit: null, host: 'nas' },
      done: [
        {
          probe: 'systemd-failed',
          expect: 'size(failed_units) == 0',
          place: `${SOURCE}:9: done[0].expect`,
        },
        {
          probe: 'systemd-failed',
          expect: '!failed_units.exists(u, u == {{unit}})',
          place: `${SOURCE}:10: done[1].expect`,
        },
      ],
      invariants: [],
      text: 'Look at {{unit}} on {{ host }}.',
    });
  });

  test('needs no more than a description and a text', async () => {
    const goal = await parseGoalFile('a.md', 'user', '---\r\ndescription: Look.\r\n---\r\nLook.\r\n');
    expect(goal).toMatchObject({
      name: 'a',
      autonomy: 'propose',
      gate: 'findings',
      tools: ['Bash', 'Read', 'Search', 'Report'],
      limits: {},
      done: [],
      invariants: [],
      text: 'Look.',
    });
  });

  test('reads what has to be true after every change, in the form of its checks', async () => {
    const text = `---
description: x
invariants:
  - run: systemctl is-active sshd
  - { http: "http://localhost/health", expect: status == 200, within: 5s, for: 0s }
---
x`;
    expect((await parseGoalFile('a.md', 'user', text)).invariants).toEqual([
      {
        what: { kind: 'run', line: 'systemctl is-active sshd' },
        expect: 'exit 0',
        withinMs: 0,
        forMs: 1_000,
      },
      {
        what: { kind: 'http', url: 'http://localhost/health' },
        expect: 'status == 200',
        withinMs: 5_000,
        forMs: 0,
      },
    ]);
  });

  test.each([
    [
      '---\ndescription: x\ninvariants:\n  - run: "true"\n  - rum: ls\n---\nx',
      '5: invariants[1].rum: there is no such field',
      'Did you mean "run"?',
    ],
    [
      '---\ndescription: x\ninvariants:\n  - expect: exit 0\n---\nx',
      '4: invariants[0]: must have exactly one of `run`, `http`, `probe`, `promql`, `call`',
      null,
    ],
    [
      '---\ndescription: x\ninvariants:\n  - run: "true"\n    for: soon\n---\nx',
      '5: invariants[0].for: must be a duration like 500ms, 10s or 2m',
      null,
    ],
    [
      '---\ndescription: x\nparameters: { unit: }\ninvariants:\n  - run: systemctl status {{unit}}\n---\nx',
      '5: invariants[0]: takes no parameters, and has {{unit}}',
      null,
    ],
    ['Look.', '1: must begin with front matter: a line of `---`', null],
    ['---\na: 1\n', '1: the front matter has no closing line of `---`', null],
    ['---\n---\nLook.', '2: description: is missing', null],
    [
      '---\ndescription: x\n---\n\n',
      '4: has no text after the front matter: say what the goal is about',
      null,
    ],
    [
      '---\ndescription: x\nprobs: [disk]\n---\nx',
      '3: probs: there is no such field',
      'Did you mean "probes"?',
    ],
    [
      '---\ndescription: x\nlimits:\n  minutes: 3\n---\nx',
      '4: limits.minutes: there is no such field',
      'Known: turns, calls, tokens, usd, duration.',
    ],
    [
      '---\ndescription: x\nautonomy: max\n---\nx',
      '3: autonomy: Invalid option: expected one of "observe"|"propose"|"reversible"|"full"',
      null,
    ],
    [
      '---\ndescription: x\nlimits: { duration: 10 minutes }\n---\nx',
      '3: limits.duration: must be a duration like 90s, 10m or 1h',
      null,
    ],
    [
      '---\ndescription: x\ntools:\n  - Bash\n  - Curl\n---\nx',
      '5: tools[1]: Invalid option: expected one of "Bash"|"Read"|"Edit"|"Write"|"Search"|"Change"|"Report"',
      null,
    ],
    ['---\ndescription: [\n---\nx', '2: not valid YAML', null],
    [
      '---\ndescription: x\nprobes: [disk]\ndone:\n  - probe: disk\n    expect: fullest < {{n}} &&\nparameters: { n: 9 }\n---\nx',
      '6: done[0].expect: Unexpected token: EOF',
      null,
    ],
    [
      '---\ndescription: x\nparameters:\n  unit: { default: x }\n---\nx',
      '4: parameters.unit: must be its default, a text or a number, or nothing where --set has to give it',
      null,
    ],
    [
      '---\ndescription: x\n---\nLook at\n{{unit}}.',
      '5: {{unit}}: there is no such parameter',
      'Declare it under `parameters`.',
    ],
    [
      '---\ndescription: x\ndone:\n  - { probe: disk, expect: "true" }\n---\nx',
      '4: done[0].probe: disk is not in `probes`',
      null,
    ],
    [
      '---\ndescription: x\nprobes: [disk]\ndone: [{ probe: disk, expect: "a == {{b}}" }]\n---\nx',
      '4: {{b}}: there is no such parameter',
      'Declare it under `parameters`.',
    ],
  ])('names line and field of %j', async (text, message, hint) => {
    const error = await parseGoalFile(SOURCE, 'system', text).catch((caught: unknown) => caught);
    if (!(error instanceof OpsError)) throw new Error(`no OpsError but ${String(error)}`);
    expect(error.message.startsWith(`${SOURCE}:${message}`), error.message).toBe(true);
    expect(error).toMatchObject({ reason: 'settings', hint });
  });

  test('refuses a file whose name cannot be a goal', async () => {
    await expect(parseGoalFile('/x/My Goal.md', 'user', GOAL)).rejects.toThrow('lower case with hyphens');
  });

  test('gives a goal or an OpsError, whatever the text', async () => {
    const piece = fc.constantFrom(
      '---',
      '\n',
      'description',
      ': ',
      'x',
      'limits',
      'done',
      '- ',
      '[',
      '{',
      '}}',
      '{{a}}',
      '"',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece), async (pieces) => {
        const text = `---\n${pieces.join('')}`;
        const result = await parseGoalFile(SOURCE, 'user', text).catch((caught: unknown) => caught);
        if (result instanceof Error) expect(result).toBeInstanceOf(OpsError);
      }),
    );
  });
});
