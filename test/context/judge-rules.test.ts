import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyHistory,
  type FindingHistory,
  judgeRules,
  muteFinding,
  noteAsked,
  readHistory,
  reopenFindings,
  writeHistory,
} from '../../src/context/index.ts';
import type { ProbeSpec, RuleSpec } from '../../src/protocol/probe.ts';
import type { SnapshotItem } from '../../src/protocol/snapshot.ts';
import { makeProbe, makeRule } from './support.ts';

const T0 = Date.parse('2026-03-01T03:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function item(
  spec: ProbeSpec,
  facts: Record<string, unknown>,
  parts: Partial<SnapshotItem> = {},
): SnapshotItem {
  const { name: probe, describe: about, core, egress } = spec;
  const source = {
    id: 'P1',
    probe,
    describe: about,
    core,
    egress,
    command: 'x',
    host: 'nuc1',
    at: T0,
    durationMs: 1,
  };
  const text = { text: '', totalBytes: 0, isTruncated: false, digest: '', change: 'new' as const };
  return { ...source, ...text, status: 'ok', reason: null, facts, ...parts };
}

const things = (rules: RuleSpec[], name = 'sample') =>
  makeProbe({ name, facts: { things: 'output' }, rules });
const judge = (spec: ProbeSpec, facts: Record<string, unknown>, history: FindingHistory, now: number) =>
  judgeRules({ items: [item(spec, facts)], specs: [spec], history, host: 'nuc1', now });

/** One finding on one object, over a row of runs: size (null: not there) at hours after T0. */
async function over(
  rule: RuleSpec,
  runs: [hour: number, size: number | null][],
  mute?: { key: string; untilHour: number },
) {
  const spec = things([rule]);
  let history = emptyHistory();
  if (mute !== undefined) history = muteFinding(history, mute.key, T0 + mute.untilHour * HOUR, 'ann');
  const seen: string[] = [];
  for (const [hour, size] of runs) {
    const judged = await judge(
      spec,
      { things: size === null ? [] : [{ name: 'a', size }] },
      history,
      T0 + hour * HOUR,
    );
    history = judged.history;
    const finding = judged.findings[0];
    seen.push(finding === undefined ? '-' : `${finding.state}${finding.isOpen ? '!' : ''}`);
  }
  return seen.join(' ');
}

describe('the life of a finding', () => {
  it('opens when it is new and cools down after, twice as long each time nothing changed', async () => {
    expect(
      await over(makeRule(), [
        [0, 20],
        [0.5, 20],
        [1.1, 20],
        [2, 20],
        [3.2, 20],
        [7, 20],
        [7.3, 20],
        [15, 20],
        [15.4, 20],
      ]),
    ).toBe('new! standing standing! standing standing! standing standing! standing standing!');
  });

  it('cools down from now on where a clock was years ahead when it opened', async () => {
    const years = 50 * 365 * 24;
    expect(
      await over(makeRule(), [
        [years, 20],
        [0, 20],
        [0.5, 20],
        [1.1, 20],
      ]),
    ).toBe('new! standing standing standing!');
  });

  it('keeps its times while a clock is not set yet', async () => {
    const from1970 = -T0 / HOUR;
    expect(
      await over(makeRule(), [
        [0, 20],
        [from1970, 20],
        [0.5, 20],
        [1.1, 20],
      ]),
    ).toBe('new! standing standing standing!');
  });

  it('cools down for no more than seven days', async () => {
    const runs: [number, number][] = Array.from({ length: 200 }, (_, day) => [day * 24, 20]);
    const opened = (await over(makeRule({ cooldownMs: DAY }), runs))
      .split(' ')
      .flatMap((s, day) => (s.endsWith('!') ? [day] : []));
    const gaps = opened.slice(1).map((day, i) => day - (opened[i] ?? 0));
    expect(gaps.slice(0, 5)).toEqual([1, 2, 4, 7, 7]);
    expect(Math.max(...gaps)).toBe(7);
  });

  it('opens at once when it is worse than when it was last told', async () => {
    const rule = makeRule({ measure: 't.size' });
    expect(
      await over(rule, [
        [0, 20],
        [0.2, 19],
        [0.3, 20],
        [0.4, 21],
        [0.5, 21],
        [0.6, 20],
      ]),
    ).toBe('new! standing standing worse! standing standing');
  });

  it('opens on its first return, and only then while it comes and goes', async () => {
    expect(
      await over(makeRule(), [
        [0, 20],
        [0.1, null],
        [0.2, 20],
        [0.3, null],
        [0.4, 20],
        [0.5, null],
        [0.6, 20],
      ]),
    ).toBe('new! - returned! - returned - returned');
  });

  it('is new again after a month', async () => {
    expect(
      await over(makeRule(), [
        [0, 20],
        [1, null],
        [31 * 24, 20],
      ]),
    ).toBe('new! - new!');
  });

  it('stays a finding while it is muted, and opens when the mute ends', async () => {
    const mute = { key: 'too-much:a', untilHour: 48 };
    expect(
      await over(
        makeRule(),
        [
          [0, 20],
          [24, 20],
          [49, 20],
        ],
        mute,
      ),
    ).toBe('new standing standing!');
    const history = muteFinding(emptyHistory(), 'too-much:a', T0 + HOUR, 'ann');
    const judged = await judge(things([makeRule()]), { things: [{ name: 'a', size: 20 }] }, history, T0);
    expect(judged.findings[0]).toMatchObject({
      isOpen: false,
      quietReason: 'muted until 2026-03-01T04:00:00.000Z by ann',
    });
  });

  it('opens again at once when nobody could look into it, and keeps its age', async () => {
    const spec = things([makeRule()]);
    const facts = { things: [{ name: 'a', size: 20 }] };
    const first = await judge(spec, facts, emptyHistory(), T0);
    const unheard = reopenFindings(first.history, ['too-much:a', 'too-much:unknown']);
    const second = await judge(spec, facts, unheard, T0 + HOUR / 2);
    expect(second.findings[0]).toMatchObject({ state: 'standing', isOpen: true, since: T0 });
    const third = await judge(spec, facts, second.history, T0 + HOUR);
    expect(third.findings[0]).toMatchObject({ state: 'standing', isOpen: false });
  });

  it('waits for a model while it cools down, until one was asked or it is muted', async () => {
    const spec = things([makeRule()]);
    const at = async (history: FindingHistory, hours: number) => {
      const judged = await judge(spec, { things: [{ name: 'a', size: 20 }] }, history, T0 + hours * HOUR);
      const { isOpen, isUnasked = false } = judged.findings[0] ?? { isOpen: null };
      return { history: judged.history, says: [isOpen, isUnasked] };
    };
    const told = await at(emptyHistory(), 0);
    expect([told.says, (await at(told.history, 0.5)).says]).toEqual([
      [true, false],
      [false, true],
    ]);
    const muted = muteFinding(told.history, 'too-much:a', T0 + HOUR, 'ann');
    expect((await at(muted, 0.5)).says).toEqual([false, false]);
    const asked = noteAsked(told.history, ['too-much:a', 'too-much:unknown'], T0);
    expect((await at(asked, 0.5)).says).toEqual([false, false]);
    // It opened once more, and that time nobody could be asked.
    const again = await at(asked, 1.1);
    expect([again.says, (await at(again.history, 1.2)).says]).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it('waits for no model when it was kept by a steward that did not write down who was asked', async () => {
    const spec = things([makeRule()]);
    const facts = { things: [{ name: 'a', size: 20 }] };
    const { history } = await judge(spec, facts, emptyHistory(), T0);
    const old = readHistory(writeHistory(history).replace('"askedAt":null,', ''));
    expect(old.notice).toBeNull();
    const next = await judge(spec, facts, old.history, T0 + HOUR / 2);
    expect(next.findings[0]).toMatchObject({ state: 'standing', isOpen: false });
    expect(next.findings[0]).not.toHaveProperty('isUnasked');
  });

  it('says since when', async () => {
    const spec = things([makeRule()]);
    const facts = { things: [{ name: 'a', size: 20 }] };
    const first = await judge(spec, facts, emptyHistory(), T0);
    const second = await judge(spec, facts, first.history, T0 + HOUR / 2);
    expect(second.findings[0]).toEqual({
      id: 'F1',
      key: 'too-much:a',
      rule: 'too-much',
      probe: 'sample',
      severity: 'warning',
      class: 'advisory',
      object: 'a',
      text: 'a has 20',
      evidence: ['P1'],
      state: 'standing',
      since: T0,
      isOpen: false,
      isUnasked: true,
      quietReason: 'cooling down until 2026-03-01T04:00:00.000Z',
    });
  });
});

describe('what was not seen is not gone', () => {
  it.each(['failed', 'unreachable', 'not-configured'] as const)(
    'keeps the state of a probe that is %s',
    async (status) => {
      const spec = things([makeRule()]);
      const facts = { things: [{ name: 'a', size: 20 }] };
      const first = await judge(spec, facts, emptyHistory(), T0);
      const blind = await judgeRules({
        items: [item(spec, {}, { status })],
        specs: [spec],
        history: first.history,
        host: 'nuc1',
        now: T0 + 1000,
      });
      expect(blind.findings).toEqual([]);
      const again = await judge(spec, facts, blind.history, T0 + 2000);
      expect(again.findings[0]).toMatchObject({ state: 'standing', since: T0 });
    },
  );

  it('keeps the state of a rule that broke, and of probes that another goal runs', async () => {
    const spec = things([makeRule()]);
    const first = await judge(spec, { things: [{ name: 'a', size: 20 }] }, emptyHistory(), T0);
    const broken = await judge(spec, { things: [{ name: 'a' }] }, first.history, T0 + 1);
    expect(broken.brokenRules).toEqual([
      { rule: 'too-much', probe: 'sample', error: 'No such key: size (at character 3 of "t.size > 10")' },
    ]);
    const other = await judge(things([], 'other'), {}, broken.history, T0 + 2);
    expect(other.history.entries['too-much:a']?.goneAt).toBeNull();
  });
});

describe('findings', () => {
  it('come worst first, each with its object, and survive one element that breaks', async () => {
    const spec = things([
      makeRule(),
      makeRule({ id: 'far-too-much', when: 't.size > 100', severity: 'critical' }),
      makeRule({ id: 'once', each: null, object: null, when: 'size(things) > 3', say: '{host} has many' }),
    ]);
    const list = [{ name: 'b', size: 20 }, { name: 'x' }, { name: 'a', size: 200 }, { name: 'c', size: 1 }];
    const { findings, brokenRules } = await judge(spec, { things: list }, emptyHistory(), T0);
    expect(findings.map(({ id, key }) => `${id} ${key}`)).toEqual([
      'F1 far-too-much:a',
      'F2 too-much:b',
      'F3 too-much:a',
      'F4 once:nuc1',
    ]);
    expect(brokenRules.map(({ rule }) => rule)).toEqual(['too-much', 'far-too-much']);
  });

  it('of two probes with the same rule name are told apart', async () => {
    const specs = [things([makeRule()], 'one'), things([makeRule()], 'two')];
    const items = specs.map((spec) => item(spec, { things: [{ name: 'a', size: 11 }] }));
    const judged = await judgeRules({ items, specs, history: emptyHistory(), host: 'nuc1', now: T0 });
    expect(judged.findings.map(({ key }) => key)).toEqual(['too-much:a', 'two/too-much:a']);
  });

  it('are one line each, whatever line ends and controls a name brings', async () => {
    const spec = things([makeRule()]);
    const list = [{ name: 'a\n\n✗ F9 critical: fake\r\u0085\u2028\u001b[31m', size: 20 }];
    const { findings } = await judge(spec, { things: list }, emptyHistory(), T0);
    expect(findings.map(({ key, object }) => [key, object])).toEqual([
      ['too-much:a ✗ F9 critical: fake [31m', 'a ✗ F9 critical: fake [31m'],
    ]);
    expect(findings[0]?.text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/);
  });

  it('are masked', async () => {
    const spec = things([makeRule()]);
    const items = [item(spec, { things: [{ name: 'tok-s3cret', size: 20 }] })];
    const mask = (text: string) => text.replaceAll('s3cret', '***');
    const judged = await judgeRules({
      items,
      specs: [spec],
      history: emptyHistory(),
      host: 'h',
      now: T0,
      mask,
    });
    expect(JSON.stringify(judged.findings)).not.toContain('s3cret');
  });

  it('of a rule with `changed` are only what was not there before, once', async () => {
    const spec = things([makeRule({ when: 'true', changed: 't.name' })]);
    const run = async (names: string[], history: FindingHistory, now: number) => {
      const judged = await judge(spec, { things: names.map((name) => ({ name, size: 1 })) }, history, now);
      return { keys: judged.findings.map(({ key }) => key), history: judged.history };
    };
    const first = await run(['a'], emptyHistory(), T0);
    const second = await run(['a', 'b'], first.history, T0 + DAY);
    const third = await run(['b'], second.history, T0 + 2 * DAY);
    const fourth = await run(['a', 'b'], third.history, T0 + 3 * DAY);
    expect([first, second, third, fourth].map(({ keys }) => keys)).toEqual([[], ['too-much:b'], [], []]);
    const muchLater = await run(['z'], fourth.history, T0 + 60 * DAY);
    expect(muchLater.keys).toEqual(['too-much:z']);
  });
});

describe('history', () => {
  it.each(['', '{', '[]', '{"version":2}', '{"version":1,"entries":{"a":{}},"mutes":{},"seen":{}}', 'null'])(
    'that is damaged (%j) counts as empty, and that is told',
    (text) => {
      const { history, notice } = readHistory(text);
      expect(history).toEqual(emptyHistory());
      expect(notice).toMatch(/could not be read/);
    },
  );

  it('that is not there is empty without a word, and what is written can be read', async () => {
    expect(readHistory(undefined)).toEqual({ history: emptyHistory(), notice: null });
    const { history } = await judge(
      things([makeRule()]),
      { things: [{ name: 'a', size: 20 }] },
      emptyHistory(),
      T0,
    );
    expect(readHistory(writeHistory(history))).toEqual({ history, notice: null });
  });

  it('forgets what went away and mutes that ended', async () => {
    const spec = things([makeRule()]);
    const first = await judge(spec, { things: [{ name: 'a', size: 20 }] }, emptyHistory(), T0);
    const muted = muteFinding(first.history, 'x', T0 + DAY, 'ann');
    const gone = await judge(spec, { things: [] }, muted, T0 + 2 * DAY);
    const later = await judge(spec, { things: [] }, gone.history, T0 + 40 * DAY);
    expect(later.history).toEqual(emptyHistory());
  });
});

it('gives the same answer to the same question, whatever was found before', async () => {
  const spec = things([
    makeRule({ measure: 't.size' }),
    makeRule({ id: 'new-one', when: 't.size >= 0', changed: 't.name' }),
    makeRule({ id: 'odd', when: 't.size % 2 == 1', severity: 'critical' }),
  ]);
  const thing = fc.record({
    name: fc.constantFrom('a', 'b', 'c', '__proto__', ''),
    size: fc.integer({ min: 0, max: 30 }),
  });
  const step = fc.record({
    list: fc.array(thing, { maxLength: 4 }),
    hours: fc.nat({ max: 400 }),
    works: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      let history = emptyHistory();
      let now = T0;
      for (const { list, hours, works } of steps) {
        now += hours * HOUR;
        const items = [item(spec, { things: list }, works ? {} : { status: 'failed' })];
        const options = { items, specs: [spec], host: 'nuc1', now };
        const once = await judgeRules({ ...options, history });
        const twice = await judgeRules({ ...options, history: readHistory(writeHistory(history)).history });
        expect(twice).toEqual(once);
        expect(new Set(once.findings.map(({ key }) => key)).size).toBe(once.findings.length);
        for (const finding of once.findings) expect(finding.isOpen).toBe(finding.quietReason === null);
        if (!works) expect(once.findings).toEqual([]);
        history = once.history;
      }
    }),
    { numRuns: 200 },
  );
});
