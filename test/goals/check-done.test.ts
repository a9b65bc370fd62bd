import { describe, expect, test } from 'vitest';
import { checkDone, verificationOf } from '../../src/goals/index.ts';
import { createExpressionCompiler } from '../../src/lib/expression.ts';
import { item } from './fixtures.ts';

const compiler = await createExpressionCompiler();
const evaluate = async (source: string, facts: Readonly<Record<string, unknown>>) =>
  (await compiler.compile(source, Object.keys(facts))).evaluate(facts);

const items = [
  item('disk', { id: 'P1', facts: { disks: [{ mount: '/', percent: 95 }] } }),
  item('systemd-failed', { id: 'P2', status: 'not-configured', reason: 'no systemctl' }),
  item('memory', { id: 'P3', status: 'failed', reason: 'exit 1' }),
];

const check = async (probe: string, expression: string) =>
  (await checkDone([{ probe, expect: expression }], items, evaluate))[0];

describe('checkDone', () => {
  test('passes and fails by the facts of the probe', async () => {
    expect(await check('disk', 'disks.all(d, d.percent < 99)')).toEqual({
      id: 'V1',
      text: 'disk: disks.all(d, d.percent < 99)',
      verdict: 'passed',
      detail: 'true',
      evidence: ['P1'],
    });
    expect(await check('disk', 'disks.all(d, d.percent < 90)')).toMatchObject({
      verdict: 'failed',
      detail: 'false',
    });
  });

  test('skips what is not configured here and says so', async () => {
    expect(await check('systemd-failed', 'size(failed_units) == 0')).toMatchObject({
      verdict: 'skipped',
      detail: 'not configured here: no systemctl',
      evidence: ['P2'],
    });
    expect(await check('load', 'true')).toMatchObject({ verdict: 'skipped', evidence: [] });
  });

  test('fails what cannot be checked', async () => {
    expect(await check('memory', 'true')).toMatchObject({
      verdict: 'failed',
      detail: 'cannot be checked: exit 1',
    });
    expect(await check('disk', 'size(disks)')).toMatchObject({ detail: 'gave 1, not true or false' });
    expect(await check('disk', 'nothing == 1')).toMatchObject({ verdict: 'failed', evidence: ['P1'] });
  });
});

describe('verificationOf', () => {
  const verdicts = (...given: ('passed' | 'failed' | 'skipped')[]) =>
    verificationOf(given.map((verdict) => ({ id: 'V1', text: '', verdict, detail: '', evidence: [] })))
      .verdict;

  test('proves nothing without a check that passed', () => {
    expect(verdicts()).toBe('none');
    expect(verdicts('skipped')).toBe('none');
    expect(verdicts('skipped', 'passed')).toBe('passed');
    expect(verdicts('passed', 'failed')).toBe('failed');
  });
});

describe('a check that came with a repository', () => {
  test('fails a run, and proves nothing when it holds', async () => {
    const done = (expect: string) => [{ probe: 'disk', expect, isProject: true as const }];
    const held = await checkDone(done('size(disks) == 1'), items, evaluate, 4);
    expect(held).toMatchObject([{ id: 'V4', verdict: 'skipped' }]);
    expect(verificationOf(held).verdict).toBe('none');
    const failed = await checkDone(done('size(disks) == 2'), items, evaluate);
    expect(verificationOf(failed).verdict).toBe('failed');
  });
});
