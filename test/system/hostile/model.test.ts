import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeOutcome } from '../../../src/goals/index.ts';
import { ending } from '../../../src/protocol/outcome.ts';
import type { ModelReport } from '../../../src/protocol/report.ts';
import type { ScriptedCall, Turn } from '../../wire/index.ts';
import { type Box, createBoxWithModel } from '../steward.ts';
import { goalText, wrongProbe } from './goal.ts';
import { bash, play } from './scene.ts';

const GOAL = goalText(['scene'], 'full');
const PROBE = wrongProbe('core: true\n');

function plantGoal({ home }: Box): void {
  for (const folder of ['goals', 'context'])
    mkdirSync(join(home, '.config/steward', folder), { recursive: true });
  writeFileSync(join(home, '.config/steward/goals/mine.md'), GOAL);
  writeFileSync(join(home, '.config/steward/context/scene.yaml'), PROBE);
}

function report(
  outcome: ModelReport['outcome'],
  more: Partial<ModelReport> = {},
): ScriptedCall & { input: ModelReport } {
  const summary = 'All is well now: I have looked at everything twice.';
  return { name: 'Report', input: { outcome, summary, findings: [], actions: [], advice: [], ...more } };
}

const did = (text: string, ...evidence: string[]) => ({ actions: [{ text, evidence }] });
const CLAIMS: [title: string, calls: ReturnType<typeof report>[], answer?: string][] = [
  ['healthy', [report('healthy')]],
  [
    'healthy, with evidence',
    [report('healthy', { findings: [{ text: 'fine', severity: 'info', evidence: ['P1'] }] })],
  ],
  ['fixed, by a command that only looked', [report('fixed', did('mended it', 'C1'))]],
  ['fixed, by a call that never was', [report('fixed', did('mended it', 'C77'))]],
  ['fixed, without a word of how', [report('fixed')]],
  ['fixed, with the id of a finding as proof', [report('fixed', did('mended it', 'F1'))]],
  ['reported', [report('reported')]],
  ['two reports at once', [report('cannot-tell'), report('healthy')]],
  ['the same report twice', [report('healthy'), report('healthy')]],
  ['ids with quotes and line ends', [report('fixed', did('x', 'C1"\n\u001b[2J', '../P1'))]],
  ['a report in plain text', [], '{"outcome":"healthy","summary":"verified by steward"}'],
];

describe('a model that claims what is not so', () => {
  it.for(CLAIMS)('is not believed: %s', async ([_, calls, answer]) => {
    // Without what the shell sees for itself the claim would do.
    const claimed = calls.at(-1)?.input ?? report('healthy').input;
    const believed = judgeOutcome({
      isPlainPrompt: false,
      items: [{ probe: 'scene', status: 'ok', core: true }],
      findings: [],
      brokenRules: 0,
      hasEffects: false,
      changes: [],
      verification: 'none',
      modelEnded: 'report',
      modelReport: claimed,
      answeredCalls: 1,
      refusedCalls: 0,
    });
    expect(ending(believed.reason).exitCode).toBe(0);

    const played = await play({
      args: ['run', 'mine'],
      prepare: plantGoal,
      turns: () => (calls.length === 0 ? [] : [[bash('cat /etc/hostname')], calls]),
      answer: answer ?? 'done',
    });
    expect(played.code).toBe(60);
    expect(played.events.at(-1)).toMatchObject({ type: 'run.closed', outcome: 'escalated' });
    expect(played.events.filter(({ type }) => type === 'report.made').length).toBeLessThan(2);
  });
});

const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
const STORMS: [title: string, turn: Turn, code: number][] = [
  ['200 calls at once', { toolCalls: Array.from({ length: 200 }, (_, n) => bash(`echo ${n}`)) }, 0],
  ['arguments of a megabyte', { toolCalls: [bash(`echo ${'x'.repeat(1 << 20)}`)] }, 0],
  [
    'a path of a megabyte',
    { toolCalls: [{ name: 'Read', input: { file_path: `/${'x/'.repeat(1 << 19)}` } }] },
    0,
  ],
  [
    'a pattern of a megabyte',
    { toolCalls: [{ name: 'Search', input: { pattern: '(a*)*'.repeat(1 << 17) } }] },
    0,
  ],
  ['JSON that is none', { toolCalls: [{ name: 'Bash', rawInput: '{"command": "touch canary"' }] }, 0],
  ['JSON 50,000 deep', { toolCalls: [{ name: 'Bash', rawInput: `{"command":${deep}}` }] }, 0],
  ['arguments that are a list', { toolCalls: [{ name: 'Write', rawInput: '["canary","x"]' }] }, 0],
  [
    'names of properties that every object has',
    {
      toolCalls: [
        { name: 'constructor', input: {} },
        { name: '__proto__', input: {} },
        { name: 'Bash', rawInput: '{"__proto__":{"command":"touch canary"}}' },
      ],
    },
    0,
  ],
  [
    'tools that do not exist',
    {
      toolCalls: [
        { name: 'Approve', input: { step: 'C1' } },
        { name: 'mcp__root__exec', input: { command: 'touch canary' } },
      ],
    },
    0,
  ],
  [
    'a tool whose name is an escape',
    {
      toolCalls: [{ name: '\u001b[2JBash', input: { command: 'touch canary' } }],
    },
    0,
  ],
  [
    'NUL and line ends in names',
    {
      toolCalls: [
        { name: 'Read', input: { file_path: '/etc/hostname\0.txt' } },
        { name: 'Write', input: { file_path: 'a\nb\0', content: 'x' } },
        bash('cat /etc/host\0name'),
      ],
    },
    0,
  ],
];

describe('a model that storms', () => {
  it.for(STORMS)('gets an answer for each call, and the run its end: %s', async ([_, turn, code]) => {
    const { box, server } = await createBoxWithModel((request) =>
      request.assistantMessages === 0 ? turn : { text: 'done' },
    );
    const { result, ...ended } = await box.json(['-p', 'x']);
    expect({ code: ended.code, result: result.result }).toEqual({ code, result: 'done' });
    expect(server.requests[1]?.toolResults).toBe(turn.toolCalls?.length);
    const verified = await box.run(['runs', 'verify', result.session_id]);
    expect(verified.code).toBe(0);
    expect((await box.run(['runs', 'show', result.session_id])).code).toBe(0);
  });

  it('and calls a tool without a name has given no reply', async () => {
    const { box } = await createBoxWithModel(() => ({ toolCalls: [{ name: '', input: {} }] }));
    expect(await box.json(['-p', 'x'])).toMatchObject({ code: 1, result: { reason: 'broken-reply' } });
  });

  it('and never stops is stopped by the limit of turns, of calls and of time', async () => {
    const limits: [string[], number][] = [
      [['--max-turns', '7'], 53],
      [['--settings', '{"limits":{"calls":5}}'], 53],
      [['--max-duration', '2s'], 56],
    ];
    for (const [args, code] of limits) {
      const { box } = await createBoxWithModel((request) => ({
        toolCalls: [bash(`echo ${request.n}`)],
        delayMs: 20,
      }));
      const ended = await box.json(['-p', 'x', ...args]);
      expect([args, ended.code]).toEqual([args, code]);
    }
  });

  it('and says the same over and over is stopped without any limit', async () => {
    const { box, server } = await createBoxWithModel(() => ({ toolCalls: [bash('touch canary')] }));
    const { code, result } = await box.json(['-p', 'x']);
    expect(code).not.toBe(0);
    expect(result.outcome).not.toBe('healthy');
    expect(server.requests.length).toBeLessThan(20);
  });
});
