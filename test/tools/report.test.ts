import { describe, expect, test } from 'vitest';
import { makeBench } from './make-registry.ts';

const SUMMARY = 'The backup unit fails since 03:00 because /mnt/nas is not mounted.';
const FINDING = { text: 'backup.service failed', severity: 'critical', evidence: ['P1', 'C2'] };

async function report(input: Record<string, unknown>, evidence = ['P1', 'L1', 'C2']) {
  const bench = await makeBench({ evidence });
  return { result: await bench.call('Report', input), reports: bench.reports };
}

describe('Report', () => {
  test('takes a report whose claims cite what was seen, and tells the model to stop', async () => {
    const { result, reports } = await report({
      outcome: 'escalated',
      summary: SUMMARY,
      findings: [FINDING],
      advice: ['Mount the NAS.'],
    });
    expect(result).toMatchObject({ ok: true });
    expect(result.text).toMatch(/^The report is taken\. Stop here/);
    expect(reports).toEqual([
      {
        outcome: 'escalated',
        summary: SUMMARY,
        findings: [FINDING],
        actions: [],
        advice: ['Mount the NAS.'],
      },
    ]);
  });

  test('needs no findings when there is nothing wrong', async () => {
    const { result } = await report({
      outcome: 'healthy',
      summary: 'All nine probes answered, nothing found.',
    });
    expect(result.ok).toBe(true);
  });

  test('takes the first report and no second one', async () => {
    const bench = await makeBench({ evidence: [] });
    const summary = 'Nothing can be said: no probe answered.';
    expect((await bench.call('Report', { outcome: 'cannot-tell', summary })).ok).toBe(true);
    const second = await bench.call('Report', { outcome: 'healthy', summary });
    expect(second).toMatchObject({ ok: false, text: 'The report was made already, and it stands.' });
    expect(bench.reports).toEqual([expect.objectContaining({ outcome: 'cannot-tell' })]);
  });

  test('refuses claims without evidence, or with ids that nobody saw', async () => {
    const { result, reports } = await report({
      outcome: 'escalated',
      summary: SUMMARY,
      findings: [{ ...FINDING, evidence: [] }],
      actions: [{ text: 'looked', evidence: ['C9', 'P1'] }],
    });
    expect(result.ok).toBe(false);
    expect(result.text).toBe(
      'The report was not taken. findings.0 cites no evidence. actions.0 cites "C9", which this run never saw. ' +
        'There are: P1, L1, C2. Correct it and hand it in again.',
    );
    expect(reports).toEqual([]);
  });

  test('refuses any claim while there is no evidence at all', async () => {
    const { result } = await report({ outcome: 'escalated', summary: SUMMARY, findings: [FINDING] }, []);
    expect(result.text).toContain('There is no evidence yet: look first.');
  });

  test('refuses an outcome that its own claims contradict', async () => {
    const textOf = async (input: Record<string, unknown>) =>
      (await report({ summary: SUMMARY, ...input })).result.text;
    expect(await textOf({ outcome: 'fixed' })).toMatch(/list it under actions/);
    expect(await textOf({ outcome: 'escalated' })).toMatch(/list it under findings/);
    expect(await textOf({ outcome: 'healthy', findings: [FINDING] })).toMatch(
      /contradicts a critical finding/,
    );
  });

  test('refuses outcomes that are not the model’s to give, and summaries that say nothing', async () => {
    for (const outcome of ['stopped', 'failed', 'ok']) {
      expect((await report({ outcome, summary: SUMMARY })).result.text).toMatch(
        /outcome must be one of healthy, reported,/,
      );
    }
    const { result } = await report({ outcome: 'reported', summary: '   done.                        ' });
    expect(result.text).toMatch(/summary must have at least 20 characters/);
  });
});
