import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { alertBody, startServing, untilIncidents } from './serving.ts';
import { createBoxWithModel } from './steward.ts';

const GOAL =
  '---\ndescription: Look.\nprobes: []\ntools: [Read, Edit]\nautonomy: reversible\ngate: always\n---\nLook.\n';

it('of an incident tells what was done, what became of files, and what is left to people', async () => {
  const report = {
    outcome: 'escalated',
    summary: 'The port of the site was wrong.',
    findings: [{ text: 'The port was 80', severity: 'warning', evidence: ['C1'] }],
    actions: [],
    advice: ['Tell the owner.'],
  };
  let file = '';
  const { box } = await createBoxWithModel(({ toolResults }) => {
    const edit = { file_path: file, old_string: '80', new_string: '8080' };
    if (toolResults === 0) return { toolCalls: [{ name: 'Read', input: { file_path: file } }] };
    if (toolResults === 1) return { toolCalls: [{ name: 'Edit', input: edit }] };
    return toolResults === 2 ? { toolCalls: [{ name: 'Report', input: report }] } : { text: 'Done.' };
  });
  file = join(box.cwd, 'site.json');
  writeFileSync(file, '{"port": 80}\n');
  for (const args of [
    ['init', '-q'],
    ['add', '.'],
    ['-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '-qm', 'begin'],
  ]) {
    execFileSync('git', args, { cwd: box.cwd, env: box.env });
  }
  box.write('.config/steward/goals/mend.md', GOAL);
  box.write(
    '.config/steward/steward.yaml',
    [
      `model: ${box.env.STEWARD_MODEL}`,
      'autonomy: reversible',
      `permissions: { allow: ['Edit(/${box.cwd}/**)'] }`,
      'incidents: { settle: 100ms, rules: [{ match: { alertname: PortDown }, goal: mend }] }\n',
    ].join('\n'),
  );
  const serving = await startServing(box);
  await serving.post('/alertmanager/home', alertBody('PortDown'));
  const [one] = await untilIncidents(box, ([found]) => found?.runs[0]?.outcome != null);
  expect(readFileSync(file, 'utf8')).toBe('{"port": 8080}\n');
  const run = one?.runs[0]?.run;
  const tell = async () => (await box.run(['incidents', 'report', one?.id ?? ''])).stdout;
  const text = await tell();
  const [actions = '', followUps = ''] = text.split('## Actions')[1]?.split('## Follow-ups') ?? [];
  expect(actions).toMatch(/^- \S+Z `.*site\.json.*`: done, /m);
  expect(actions).toContain(`(steward undo ${run} takes it back)`);
  expect(actions).toContain('    -{"port": 80}\n    +{"port": 8080}');
  expect(followUps).toContain('- Tell the owner.');
  // By somebody else's hand it became another: what the run made of it is not to be seen any more.
  writeFileSync(file, '{"port": 9}\n');
  expect(await tell()).toContain('It is another by now.');
});
