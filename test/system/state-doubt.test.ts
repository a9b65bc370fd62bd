import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StateFile } from '../../src/protocol/state-file.ts';
import { createBox } from './steward.ts';
import { toldClock } from './told-clock.ts';

const HOUR = 3_600_000;

/** A box with one scan of a declared host. */
async function scannedBox() {
  const box = createBox();
  const inventory = (text: string) => box.write('.config/steward/inventory.yaml', text);
  inventory('hosts: { web1: { owner: anna } }\n');
  const path = (name: string): string => join(box.home, '.local/state/steward/state', name);
  expect(await box.run(['state', 'scan'])).toMatchObject({ code: 0 });
  const whole = new Map(
    ['state.json', 'state.json.sha256', 'history.json'].map((name) => [
      name,
      readFileSync(path(name), 'utf8'),
    ]),
  );
  return {
    box,
    inventory,
    read: (name: string): string => readFileSync(path(name), 'utf8'),
    /** Puts the three files back as the scan left them, then changes one. */
    damage(name: string, change: (text: string) => string | null): void {
      for (const [each, text] of whole) writeFileSync(path(each), text);
      const text = change(whole.get(name) ?? '');
      if (text === null) rmSync(path(name));
      else writeFileSync(path(name), text);
    },
    async validate(): Promise<[number, string]> {
      const { code, stdout } = await box.run(['state', 'validate']);
      return [code, stdout];
    },
  };
}

describe('steward state validate', () => {
  it('exits with 1 and the reason for what is cut off, edited, of a newer schema or gone', async () => {
    const { box, damage, validate } = await scannedBox();
    damage('state.json', (text) => text.slice(0, 200));
    expect(await validate()).toEqual([
      1,
      expect.stringMatching(
        /^state\.json is not valid: state\.json is not a whole JSON text: it was cut off or damaged; what was seen .* stands for it\.\n$/,
      ),
    ]);
    expect(await box.run(['state', 'show'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('stands for it'),
    });
    damage('state.json', (text) => text.replace('"source":', '"sauce":'));
    expect(await validate()).toEqual([
      1,
      expect.stringContaining('state.json was edited by hand and is not valid: '),
    ]);
    damage('state.json', (text) => text.replace('"owner":"anna"', '"owner":"eve"'));
    expect(await validate()).toEqual([
      1,
      'state.json is not valid: state.json was edited by hand: it is not what steward wrote last, and the next scan replaces it.\n',
    ]);
    damage('state.json', (text) => text.replace('"schema_version":1', '"schema_version":7'));
    expect(await validate()).toEqual([
      1,
      expect.stringContaining('schema version 7, and this steward knows 1: a newer steward wrote it'),
    ]);
    for (const verb of ['scan', 'show']) {
      expect(await box.run(['state', verb])).toMatchObject({
        code: 42,
        stderr: expect.stringContaining('schema version 7'),
      });
    }
    expect(JSON.parse((await box.run(['state', 'validate', '--json'])).stdout)).toMatchObject({
      valid: false,
      condition: 'newer',
      problems: [{ what: 'state.json' }],
    });
    damage('state.json', () => null);
    expect(await validate()).toEqual([1, expect.stringContaining('state.json is gone; what was seen')]);
  });

  it('takes a scan that was cut off between its two files, or a checksum that is wrong, for healed by the history', async () => {
    const { damage, read, validate } = await scannedBox();
    const right = read('state.json.sha256');
    for (const wrong of [() => `${'0'.repeat(64)}  state.json\n`, () => null]) {
      damage('state.json.sha256', wrong);
      expect(await validate()).toEqual([
        0,
        'state.json is valid (a scan was cut off between its two renames; the digest was written anew from the history).\n',
      ]);
      expect(read('state.json.sha256')).toBe(right);
    }
  });

  it('exits with 1, file and line for a circle, a name that nothing has, and a field that there is not', async () => {
    const { box, inventory, validate } = await scannedBox();
    const file = box.write(
      '.config/steward/dependencies.yaml',
      'services:\n  a: { depends_on: [b] }\n  b: { depends_on: [a] }\n',
    );
    expect(await validate()).toEqual([
      1,
      `${file}:3: a → b → a is a circle, so nothing could be started first.\n  It is made of ${file}:2, ${file}:3: take one of them away.\n`,
    ]);
    box.write('.config/steward/dependencies.yaml', 'services:\n  a: { depends_on: [wbe1] }\n');
    expect(await validate()).toEqual([
      1,
      `${file}:2: a depends on "wbe1", and nothing has that name.\n  Did you mean "web1"?\n`,
    ]);
    const named = inventory('hosts:\n  web1: { onwer: anna }\n');
    expect(await validate()).toEqual([
      1,
      expect.stringContaining(`${named}:2: hosts.web1.onwer: there is no such field.\n`),
    ]);
  });
});

describe('a clock that is set back', () => {
  it('is told of by validate, scan, at and history, and what was seen by the other clock is kept', async () => {
    const box = createBox();
    const own = (owner: string) =>
      box.write('.config/steward/inventory.yaml', `hosts: { web1: { owner: ${owner} } }\n`);
    const ahead = Date.parse('2026-11-10T12:00:00Z');
    const back = Date.parse('2026-11-01T12:00:00Z');
    const at = (now: number, ...words: string[]) => box.run(['state', ...words], { env: toldClock(now) });
    own('anna');
    await at(ahead, 'scan');
    own('ben');
    await at(ahead + HOUR, 'scan');

    const said = 'was written at 2026-11-10T13:00:';
    expect(await at(back, 'validate')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        `^state\\.json is not valid: it ${said}.*, which is still to come: the clock was set back\\.\n$`,
      ),
    });
    own('carol');
    expect(await at(back, 'scan')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`What was known until now ${said}`),
    });
    expect(await at(back, 'validate')).toMatchObject({ code: 0 });
    const now = JSON.parse((await at(back, 'export')).stdout) as StateFile;
    expect(now.hosts.find(({ name }) => name === 'web1')?.owner).toBe('carol');
    expect(now.sources.length).toBeGreaterThan(0);
    expect(now.sources.map(({ tried_at }) => tried_at.slice(0, 10))).toEqual(
      now.sources.map(() => '2026-11-01'),
    );
    expect((await at(back + HOUR, 'history')).stdout.split('\n')).toEqual([
      expect.stringMatching(/^#1 {2}2026-11-10 12:00:.*still to come: a clock was set back\)$/),
      expect.stringMatching(/^#2 {2}2026-11-10 13:00:.*still to come: a clock was set back\)$/),
      expect.stringMatching(/^#3 {2}2026-11-01 12:00:\d\d \+00:00$/),
      '',
    ]);
    const then = await at(back + HOUR, 'at', '2026-11-10 12:30', '--json');
    expect(JSON.parse(then.stdout)).toMatchObject({
      note: '2026-11-10 12:30:00 +00:00 is still to come: this is what is known by now',
      state: { hosts: expect.arrayContaining([expect.objectContaining({ owner: 'anna' })]) },
    });
    expect(await at(back + HOUR, 'diff', '#2', 'now')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Host web1 belongs to carol now; it was ben.\n'),
    });
    expect(await at(back + HOUR, 'at', '2h ago')).toMatchObject({
      code: 42,
      stderr: expect.stringContaining('the history begins 2026-11-01 12:00:'),
    });
  });
});
