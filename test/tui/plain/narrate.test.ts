import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Happening } from '../../../src/app/client.ts';
import type { RunEvent } from '../../../src/protocol/event.ts';
import { NO_USAGE } from '../../../src/protocol/model.ts';
import { NOTHING_TOLD, narrate, type Told } from '../../../src/tui/plain/narrate.ts';
import { statusOf } from '../../fakes/client.ts';

function tell(happenings: readonly Happening[], from: Told = NOTHING_TOLD): string {
  let told = from;
  let all = '';
  for (const happening of happenings) {
    const next = narrate(told, happening);
    told = next.told;
    all += next.words;
  }
  return all;
}

const run = (event: RunEvent): Happening => ({
  kind: 'run',
  event,
  time: '2026-11-21T03:00:00.000Z',
  seq: 1,
});
const delta = (text: string): Happening => ({ kind: 'delta', delta: { type: 'text', text } });
const asked = run({ type: 'model.requested', turn: 1, model: 'm', reservedUsd: null });
const replied = (text: string): Happening =>
  run({
    type: 'model.replied',
    turn: 1,
    model: 'm',
    content: [{ type: 'text', text }],
    stopReason: 'end_turn',
    usage: NO_USAGE,
    costUsd: null,
    durationMs: 10,
    firstTokenMs: 5,
  });
const target = { kind: 'unit', name: 'nginx.service' } as const;
const command = 'systemctl status nginx';
const started = run({ type: 'step.started', step: 'C1', effect: 'observe', command });
const finished = run({ type: 'step.finished', step: 'C1', ok: false, summary: 'exit 3', durationMs: 1_200 });
const called = (text: string): Happening =>
  run({
    type: 'call.finished',
    call: 'C1',
    toolUseId: 't1',
    tool: 'Bash',
    input: { command },
    ok: false,
    text,
    refused: false,
    durationMs: 1_200,
  });
const refused = run({
  type: 'step.decided',
  step: 'C2',
  origin: 'tool',
  command: 'rm -rf /srv',
  effect: 'irreversible',
  target,
  verdict: 'deny',
  decision: 'refuse',
  rule: 'floor:system-paths',
  reason: 'It removes what nothing brings back.',
});

describe('line mode', () => {
  it('tells a turn in sentences', () => {
    const words = tell([
      { kind: 'status', status: statusOf() },
      asked,
      delta('I look at **nginx**. '),
      delta('One mo'),
      delta('ment'),
      replied('I look at **nginx**. One moment'),
      started,
      finished,
      called('nginx.service - failed\nline 2\nline 3\nline 4\n'),
      refused,
    ]);
    expect(words).toMatchInlineSnapshot(`
      "Model: claude-sonnet-5, in the cloud.
      I look at nginx. One moment
      Running, effect observe: systemctl status nginx
      Failed after 1s: exit 3.
      Output: 4 lines. /show C1 reads it.
      Refused: rm -rf /srv
      Because: It removes what nothing brings back. Rule: floor:system-paths.
      "
    `);
  });

  it('tells an answer that did not stream, and one that did only once', () => {
    expect(tell([asked, replied('All is well.')])).toBe('All is well.\n');
    expect(tell([asked, delta('All is well.'), replied('All is well.')])).toBe('All is well.\n');
  });

  it('says what the operator said only where it does not stand on the line above', () => {
    const resumed = run({ type: 'run.resumed', model: 'm', prompt: 'and the disk?' });
    expect(tell([resumed])).toBe('You: and the disk?\n');
    expect(tell([resumed], { ...NOTHING_TOLD, typed: ['and the disk?'] })).toBe('');
  });

  it('tells what changed of the status, and not what stayed', () => {
    const words = tell([
      { kind: 'status', status: statusOf() },
      { kind: 'status', status: statusOf({ isWorking: true }) },
      { kind: 'status', status: statusOf({ mode: 'plan' }) },
      { kind: 'status', status: statusOf({ paused: { until: null, by: 'ops' } }) },
      { kind: 'status', status: statusOf() },
    ]);
    expect(words).toBe(
      'Model: claude-sonnet-5, in the cloud.\nMode: plan.\nMode: default.\nPaused by ops.\nNo longer paused.\n',
    );
  });

  it('tells the findings once, and again when they are others', () => {
    const panel = (text: string): Happening => ({
      kind: 'panel',
      panel: {
        state: 'ready',
        at: 0,
        findings: [
          {
            id: 'F1',
            key: 'disk-full:/',
            severity: 'critical',
            object: '/',
            text,
            since: 0,
            state: 'new',
            isOpen: true,
          },
        ],
        probes: { ok: 12, notConfigured: 2, broken: 0 },
        problem: null,
      },
    });
    expect(tell([panel('/ is 91 % full'), panel('/ is 91 % full'), panel('/ is 95 % full')])).toBe(
      '1 finding:\nFinding, critical: / is 91 % full\n1 finding:\nFinding, critical: / is 95 % full\n',
    );
  });

  it('lets no sequence of a model, a log or a command through, however it is cut', () => {
    const hostile = '\x1b[2J\x1b]0;title\x07\x9b1A text \u202e\r\n';
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 20 }), (cuts) => {
        const pieces: Happening[] = [];
        let rest = hostile.repeat(2);
        for (const cut of cuts) {
          pieces.push(delta(rest.slice(0, cut)));
          rest = rest.slice(cut);
        }
        const words = tell([
          asked,
          ...pieces,
          delta(rest),
          called(hostile),
          { kind: 'trouble', text: hostile, hint: hostile },
        ]);
        expect(words).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
      }),
    );
  });

  it('ends every line but the one that is being said', () => {
    const any = fc.constantFrom(
      asked,
      delta('One. Two'),
      delta('\n'),
      replied('x'),
      started,
      finished,
      called('a\nb'),
      refused,
    );
    fc.assert(
      fc.property(fc.array(any), (happenings) => {
        const words = tell([...happenings, started]);
        expect(words.endsWith(`Running, effect observe: ${command}\n`)).toBe(true);
      }),
    );
  });
});
