import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSteward, type StewardRig } from './open-steward.ts';

/** The events of the only run of a home. */
function eventsOf({ home }: StewardRig): { type: string; reason?: string; answer?: string }[] {
  const folder = join(home, '.local/state/steward/runs');
  const [name, ...more] = readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
  expect(more).toEqual([]);
  return readFileSync(join(folder, name ?? ''), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event);
}

const ASKING = [
  { when: { toolResults: 0 }, toolCalls: [{ name: 'Bash', input: { command: 'mkdir made' } }] },
  { text: 'Then not.' },
];

describe('a session whose terminal goes away', () => {
  it.each(['SIGHUP', 'SIGTERM'] as const)(
    'closes its log in order at %s, and denies what was asked',
    async (name) => {
      const rig = await openSteward({ args: ['make it'], script: ASKING });
      await rig.waitForText('mkdir made');
      await rig.waitForText(/Allow once/);
      rig.signal(name);
      expect(await rig.ended).toBe(143);
      const events = eventsOf(rig);
      expect(events.find(({ type }) => type === 'step.answered')).toMatchObject({ answer: 'deny' });
      expect(events.at(-1)).toMatchObject({ type: 'run.closed', reason: 'terminated' });
    },
  );

  it('closes its log in order when the window is closed, and nothing can be written any more', async () => {
    const rig = await openSteward({ args: ['make it'], script: ASKING });
    await rig.waitForText('mkdir made');
    await rig.waitForText(/Allow once/);
    rig.hangUp();
    expect(await rig.ended).toBe(143);
    expect(eventsOf(rig).at(-1)).toMatchObject({ type: 'run.closed', reason: 'terminated' });
  });

  it('goes on with -c where it was', async () => {
    const script = [{ when: { contains: 'And?' }, text: 'You said 42.' }, { text: 'Noted.' }];
    const first = await openSteward({ args: ['remember 42'], script });
    await first.waitForText('Noted.');
    first.signal('SIGHUP');
    await first.ended;
    const second = await openSteward({ args: ['-c'], home: first.home, server: first.server });
    await second.waitForText('Noted.');
    second.type('And?');
    second.press('enter');
    await second.waitForText('You said 42.');
    expect(JSON.stringify(first.server.requests.at(-1)?.body.messages)).toContain('remember 42');
  });
});

describe('a command that may ask for a password', () => {
  it('has the terminal to itself, and the screen is back when it has ended', async () => {
    const line = "su root -c 'tty; echo what; read -r word; echo got $word'";
    const rig = await openSteward({
      args: ['do it'],
      script: [
        { when: { toolResults: 0 }, toolCalls: [{ name: 'Bash', input: { command: line } }] },
        { when: { toolResults: 1 }, text: 'It is done.' },
      ],
    });
    // The dialog takes no keys before it says so.
    await rig.waitForText(/1-5 choose/);
    rig.press('1');
    await rig.waitForText(/Enter/);
    rig.press('enter');
    await rig.waitForText(/\/dev\/pts\/\d+\s+what/);
    rig.type('hunter-word\r');
    await rig.waitForText('It is done.');
    rig.press('ctrl+d');
    await rig.waitForText(/again/);
    // It counts for a second and a half, which a busy machine may miss: then the second of these is the other one.
    rig.press('ctrl+d', 'ctrl+d');
    expect(await rig.ended).toBe(0);
    const [run] = readdirSync(join(rig.home, '.local/state/steward/runs')).filter((file) =>
      file.endsWith('.jsonl'),
    );
    const log = readFileSync(join(rig.home, '.local/state/steward/runs', run ?? ''), 'utf8');
    expect(log).toContain("operator's terminal");
    expect(log).not.toContain('hunter-word');
  });
});
