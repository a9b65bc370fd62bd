import { describe, expect, it } from 'vitest';
import { citeLooks, emptyHistory, judgeRules, type LookOptions, takeLooks } from '../../src/context/index.ts';
import type { SnapshotItem } from '../../src/protocol/snapshot.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { createOpenGate } from '../fakes/gate.ts';
import { createFakeProcesses, type FakeScript } from '../fakes/processes.ts';
import { makeProbe, makeRule } from './support.ts';

const NOW = Date.parse('2026-03-01T03:00:00Z');

/** Findings on things of these names, whose rule declares these look-steps. */
async function judgeNames(names: string[], look: string[][], each: string | null = 'things') {
  const rule =
    each === null ? makeRule({ each, object: null, when: 'true', say: 'x', look }) : makeRule({ look });
  const spec = makeProbe({ facts: { things: 'output' }, rules: [rule] });
  const facts = { things: names.map((name) => ({ name, size: 20 })) };
  const item = { id: 'P1', probe: 'sample', status: 'ok', facts } as unknown as SnapshotItem; // judging reads no more
  return judgeRules({ items: [item], specs: [spec], history: emptyHistory(), host: 'nuc1', now: NOW });
}

function options(
  looks: LookOptions['looks'],
  script: FakeScript,
  more: Partial<LookOptions> = {},
): LookOptions {
  const processes = createFakeProcesses(script);
  return {
    looks,
    gate: createOpenGate(),
    processes,
    clock: createFakeClock(),
    cwd: '/',
    mask: (t) => t,
    ...more,
  };
}

describe('a look-step', () => {
  it('is filled in from its finding, one word for one word, and cited', async () => {
    const { findings, looks } = await judgeNames(
      ['my disk; rm -rf /'],
      [['du', '-x', '--on={t.name}', '{t.name}']],
    );
    const gate = createOpenGate();
    const taken = await takeLooks(options(looks, () => ({ stdout: '12K\n' }), { gate }));
    expect(gate.requests).toEqual([
      {
        id: 'L1',
        origin: 'look',
        action: {
          kind: 'process',
          argv: ['du', '-x', '--on=my disk; rm -rf /', 'my disk; rm -rf /'],
          cwd: '/',
        },
      },
    ]);
    expect(taken.looks).toEqual([
      {
        id: 'L1',
        finding: 'F1',
        command: "du -x '--on=my disk; rm -rf /' 'my disk; rm -rf /'",
        at: NOW,
        ok: true,
        reason: null,
        text: '12K\n',
      },
    ]);
    expect(citeLooks(findings, taken.looks)[0]?.evidence).toEqual(['P1', 'L1']);
  });

  it.each([
    ['--reference=/etc/shadow', 'begins with -'],
    ['a\nb', 'holds a line end or NUL'],
    ['a\0b', 'holds a line end or NUL'],
    ['', 'is empty'],
  ])('with the value %j is refused and told, not repaired', async (name, problem) => {
    const { findings, looks } = await judgeNames([name], [['du', '{t.name}']]);
    const gate = createOpenGate();
    const taken = await takeLooks(options(looks, () => ({}), { gate }));
    expect(gate.requests).toEqual([]);
    expect(taken.looks[0]).toMatchObject({ ok: false, reason: `refused: the value for {t.name} ${problem}` });
    expect(citeLooks(findings, taken.looks)[0]?.evidence).toEqual(['P1']);
  });

  it('that the gate refuses, or judges to be more than observing, does not run', async () => {
    const { looks } = await judgeNames(['a'], [['rm', '{t.name}']]);
    const refused = await takeLooks(
      options(looks, {}, { gate: createOpenGate(() => ({ refuse: 'unknown program' })) }),
    );
    expect(refused.looks[0]).toMatchObject({ ok: false, reason: 'refused: unknown program' });

    const processes = createFakeProcesses(() => ({ stdout: 'gone' }));
    const gate = createOpenGate(() => ({ effect: 'disruptive' }));
    const stopped = await takeLooks(options(looks, {}, { gate, processes }));
    expect(stopped.looks[0]).toMatchObject({
      ok: false,
      reason: 'refused: a look-step may only observe, and this is disruptive',
    });
    expect(processes.ran).toEqual([]);
  });

  it('keeps what a failing command printed: systemctl status says 3 of a failed unit', async () => {
    const { looks } = await judgeNames(['a.service'], [['systemctl', 'status', '{t.name}']]);
    const script = { 'systemctl status a.service': { exitCode: 3, stdout: '× a.service\n' } };
    const taken = await takeLooks(options(looks, script));
    expect(taken.looks[0]).toMatchObject({ ok: true, text: '× a.service\n' });
    const silent = await takeLooks(options(looks, { 'systemctl status a.service': { exitCode: 4 } }));
    expect(silent.looks[0]).toMatchObject({ ok: false, reason: 'exit 4' });
  });

  it('is masked and cut', async () => {
    const { looks } = await judgeNames(['a'], [['cat', '{t.name}']]);
    const script = { 'cat a': { stdout: 'password hunter2\n'.repeat(2000) } };
    const mask = (text: string) => text.replaceAll('hunter2', '***');
    const { looks: taken } = await takeLooks(options(looks, script, { mask, limitBytes: 1000 }));
    expect(taken[0]?.text).not.toContain('hunter2');
    expect(Buffer.byteLength(taken[0]?.text ?? '')).toBeLessThanOrEqual(1000);
  });
});

describe('look-steps together', () => {
  it('are capped, those of open findings first, and the same command runs once', async () => {
    const { looks } = await judgeNames(
      ['a', 'b', 'c', 'd'],
      [
        ['cat', '{t.name}'],
        ['ps', '-e'],
      ],
    );
    const mixed = looks.map((look) => ({ ...look, isOpen: look.finding === 'F4' }));
    const processes = createFakeProcesses(() => ({ stdout: 'x' }));
    const taken = await takeLooks(options(mixed, {}, { processes, most: 4 }));
    expect(taken.looks.map(({ id, finding, command }) => `${id} ${finding} ${command}`)).toEqual([
      'L1 F4 cat d',
      'L2 F4 ps -e',
      'L3 F1 cat a',
      'L4 F2 cat b',
    ]);
    expect(processes.ran).toHaveLength(4);
  });

  it('end with the deadline, and the one that hangs says so', async () => {
    const { looks } = await judgeNames(['a', 'b'], [['cat', '{t.name}']]);
    const clock = createFakeClock();
    const script: FakeScript = (c) => (c === 'cat a' ? new Promise<never>(() => undefined) : { stdout: 'x' });
    const taking = takeLooks(options(looks, script, { clock, deadlineMs: 3_000 }));
    for (let second = 0; second < 4; second += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(1_000);
    }
    const { looks: taken } = await taking;
    expect(taken.map(({ ok, reason }) => [ok, reason])).toEqual([
      [false, 'deadline'],
      [true, null],
    ]);
    expect(clock.elapsed()).toBeLessThanOrEqual(4_000);
  });

  it('are none when nothing was found', async () => {
    expect((await takeLooks(options([], {}))).looks).toEqual([]);
  });
});
