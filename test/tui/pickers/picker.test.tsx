import { render } from 'ink-testing-library';
import { afterEach, describe, expect, it } from 'vitest';
import { Picker } from '../../../src/tui/pickers/picker.tsx';
import type { PickerName } from '../../../src/tui/store/state.ts';
import { createFakeClient, type FakeClient, type FakeProgram } from '../../fakes/client.ts';
import { soon, textShown } from '../support.ts';

const NOW = Date.UTC(2026, 10, 21, 3, 0);
const PROGRAM: FakeProgram = {
  models: [
    { name: 'claude-sonnet-5', place: 'cloud', note: '200k', isCurrent: true },
    { name: 'qwen3:14b', place: 'local', note: '32k', isCurrent: false },
  ],
  runs: [
    {
      run: 'r9',
      name: 'postgres at night',
      title: 'why',
      at: NOW - 4 * 60_000,
      outcome: 'reported',
      costUsd: 0.12,
      owner: 'mine',
      isResumable: true,
    },
    {
      run: 'r8',
      name: null,
      title: 'health-check',
      at: NOW - 3 * 3_600_000,
      outcome: 'escalated',
      costUsd: null,
      owner: 'system',
      isResumable: false,
    },
  ],
  points: [
    { id: 'p1', prompt: 'look at nginx', at: NOW - 60 * 60_000, files: ['/a', '/b'] },
    { id: 'p2', prompt: 'mend it', at: NOW - 5 * 60_000, files: [] },
  ],
  goals: [{ name: 'health-check', description: 'is all well' }],
};

const open: { unmount(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.unmount();
});

interface Shown {
  client: FakeClient;
  told: string[];
  press(key: string): void;
  shows(text: string): Promise<void>;
}

function show(picker: PickerName, program = PROGRAM): Shown {
  const client = createFakeClient(program);
  const told: string[] = [];
  const screen = render(
    <Picker
      client={client}
      picker={picker}
      isFocused
      columns={80}
      maxRows={12}
      now={() => NOW}
      onClose={() => told.push('closed')}
      onDraft={(text) => told.push(`draft ${text}`)}
      onTheme={(theme) => told.push(`theme ${theme}`)}
      onTrouble={(error) => told.push(String(error))}
    />,
  );
  open.push(screen);
  return {
    client,
    told,
    press: (key) => screen.stdin.write(key),
    shows: (text) => soon(() => expect(textShown(screen)).toContain(text)),
  };
}

describe('a picker', () => {
  it('goes on with the run that was chosen', async () => {
    const list = show('resume');
    await list.shows('postgres at night');
    await list.shows('4 min ago · reported · $0.12');
    await list.shows("3 h ago · system's · escalated");
    list.press('\r');
    await soon(() => expect(list.client.asked).toContainEqual(['open', 'r9']));
    expect(list.told).toEqual(['closed']);
  });

  it('says why a run of the system is not gone on with', async () => {
    const list = show('resume');
    await list.shows('health-check');
    for (const letter of 'health') list.press(letter);
    list.press('\r');
    await soon(() => expect(list.told).toContainEqual(expect.stringContaining('can be read')));
    expect(list.client.asked.map(([method]) => method)).not.toContain('open');
  });

  it('marks the model in use and takes another', async () => {
    const list = show('model');
    await list.shows('✓ claude-sonnet-5');
    list.press('\u001b[B');
    list.press('\r');
    await soon(() => expect(list.client.asked).toContainEqual(['setModel', 'qwen3:14b']));
  });

  it('goes back to a prompt, the newest first, and puts it into the editor', async () => {
    const list = show('rewind');
    await list.shows('1 h ago · 2 files');
    await list.shows('❯ mend it');
    list.press('\u001b[B');
    list.press('\t');
    await soon(() => expect(list.client.asked).toContainEqual(['rewind', 'p1', { files: false }]));
    await soon(() => expect(list.told[1]).toMatch(/^draft /));
  });

  it('runs a goal', async () => {
    const list = show('goals');
    await list.shows('is all well');
    list.press('\r');
    await soon(() => expect(list.client.asked).toContainEqual(['runGoal', 'health-check', {}]));
  });

  it('changes the colours', async () => {
    const list = show('theme');
    await list.shows('✓ terminal');
    for (const letter of 'ansi') list.press(letter);
    list.press('\r');
    await soon(() => expect(list.told).toEqual(['closed', 'theme ansi']));
  });

  it('says when there is nothing to choose from', async () => {
    await show('resume', {}).shows('there is no earlier run');
  });
});
