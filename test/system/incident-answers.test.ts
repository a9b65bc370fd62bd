import { expect, it } from 'vitest';
import { alertBody, listIncidents, startServing, untilIncidents } from './serving.ts';
import { createBox } from './steward.ts';

it('keeps what people answer, proposes noise with numbers, and silences nothing', async () => {
  const box = createBox();
  const serving = await startServing(box, ['--no-runs']);
  for (const [index, verdict] of ['expected', 'wrong'].entries()) {
    const startsAt = `2026-11-2${index + 1}T10:00:00Z`;
    await serving.post('/alertmanager/home', alertBody('CertSoon', { startsAt, instance: 'nas:9100' }));
    const open = await untilIncidents(box, (all) => all.some(({ state }) => state === 'open'));
    const { id = '' } = open.find(({ state }) => state === 'open') ?? {};
    const closed = await box.run([
      'incidents',
      'close',
      id,
      '--verdict',
      verdict,
      '--comment',
      'known',
      '--json',
    ]);
    expect(JSON.parse(closed.stdout)).toMatchObject({
      state: 'closed',
      answer: { verdict, comment: 'known' },
    });
  }
  expect((await listIncidents(box)).map(({ state }) => state)).toEqual(['closed', 'closed']);
  expect((await box.run(['incidents', 'list'])).stdout).toContain(
    '1 looks like noise: steward incidents noise',
  );
  const { noise } = JSON.parse((await box.run(['incidents', 'noise', '--json'])).stdout) as {
    noise: unknown[];
  };
  expect(noise).toEqual([
    expect.objectContaining({
      ...{ source: 'home', title: 'CertSoon', incidents: 2, cost_usd: 0 },
      verdicts: { expected: 1, wrong: 1, useful: 0 },
      proposals: [
        `silence it:   amtool silence add --duration=30d --comment='noise' 'alertname="CertSoon"' 'instance="nas:9100"'`,
        expect.stringContaining('or wait more: `for: 1m`'),
        'or no runs:   incidents.rules: [{"match":{"alertname":"CertSoon","instance":"nas:9100"},"goal":"none"}]',
      ],
    }),
  ]);
  const report = await box.run(['incidents', 'report', (await listIncidents(box))[0]?.id ?? '']);
  expect(report.stdout).toMatch(/- verdict: (expected|wrong), by \S+: known/);
  const wrong = await box.run(['incidents', 'close', 'i-', '--verdict', 'boring']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('one of expected, wrong, useful')]);
  expect((await box.run(['incidents', 'ack', 'i-', '--verdict', 'useful'])).code).toBe(2);
});

it('lists one line for one thing', async () => {
  const box = createBox();
  const serving = await startServing(box, ['--no-runs']);
  for (const name of ['A', 'B', 'C']) {
    await serving.post('/alertmanager/home', alertBody(name, { instance: 'nas:9100' }));
  }
  await untilIncidents(box, (all) => all.length === 3);
  const { stdout } = await box.run(['incidents', 'list']);
  expect(stdout.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/A from home: 1 of 1 fire {2}\+2 that belong to it$/),
  ]);
  expect((await box.run(['incidents', 'list', '--all'])).stdout.trimEnd().split('\n')).toHaveLength(3);
});
