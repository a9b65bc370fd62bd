import { expect, it } from 'vitest';
import { alertBody, listIncidents, startServing, untilIncidents } from './serving.ts';
import { createBoxWithModel } from './steward.ts';

it('tells a run that what started it is over, as data, in its fence', async () => {
  const { promise: isSent, resolve: sent } = Promise.withResolvers<void>();
  const { box, server } = await createBoxWithModel(async (request) => {
    if (JSON.stringify(request.body).includes('has changed meanwhile'))
      return { text: 'It ended by itself.' };
    // However long that takes: it has not so many turns.
    await isSent;
    // It goes on looking until it is told; no look is like the one before.
    return { delayMs: 200, toolCalls: [{ name: 'Bash', input: { command: `echo ${request.n}` } }] };
  });
  box.write(
    '.config/steward/steward.yaml',
    `model: ${box.env.STEWARD_MODEL}\nincidents: { settle: 100ms }\n`,
  );
  box.write(
    '.config/steward/goals/incident.md',
    '---\ndescription: Look.\nprobes: []\ntools: [Bash]\nautonomy: observe\ngate: always\nparameters: { unit: none, alert: none }\n---\nLook.\n',
  );
  const serving = await startServing(box);
  await serving.post('/alertmanager/main', alertBody('Slow'));
  await untilIncidents(box, ([one]) => one?.state === 'investigating');
  await serving.post('/alertmanager/main', alertBody('Slow', { status: 'resolved' }));
  sent();
  await untilIncidents(box, ([one]) => one?.runs[0]?.outcome != null);
  const [one] = await listIncidents(box);
  expect(one).toMatchObject({ state: 'resolved', runs: [{ outcome: expect.any(String) }] });
  const last = JSON.stringify(server.requests.at(-1)?.body.messages);
  expect(last).toMatch(
    /has changed meanwhile.*<data-[\da-f]{12,} of=..the incident since..>[^<]*all of its alerts ended/,
  );
  const run = one?.runs[0]?.run ?? '';
  const shown = (await box.run(['runs', 'show', run, '--json'])).stdout;
  expect(shown).toMatch(/"type":"message.added".*"by":"trigger"/);
});
