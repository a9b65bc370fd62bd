import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordedBody } from '../triggers/payloads.ts';
import { alertBody, listIncidents, startServing, untilIncidents } from './serving.ts';
import { type Box, createBox, PROGRAM } from './steward.ts';

const SCRIPT = join(import.meta.dirname, '../../triggers/on-alert');

function alert(box: Box, args: readonly string[], body: string): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...box.env, STEWARD: PROGRAM };
    const child = execFile('/bin/sh', [SCRIPT, ...args], { env, cwd: box.cwd }, (_, __, stderr) =>
      resolve({ code: child.exitCode ?? -1, stderr }),
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(body);
  });
}

const kept = (box: Box): string[] => {
  const folder = join(box.home, '.local/state/steward/spool-raw');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.body')) : [];
};

describe('triggers/on-alert', () => {
  it('joins an alert and looks into it without a daemon, and ends', async () => {
    const box = createBox();
    box.write('.config/steward/steward.yaml', 'incidents: { settle: 100ms }\n');
    const ended = await alert(box, ['home'], alertBody('DiskFull'));
    expect([ended.code, kept(box)]).toEqual([0, []]);
    const [one] = await listIncidents(box);
    expect(one).toMatchObject({ title: 'DiskFull', source: 'home', state: 'investigated', runs: [{}] });
    expect(one?.runs[0]?.outcome).not.toBeNull();
    // The same once more is a repeat, and wakes nobody.
    expect((await alert(box, ['home'], alertBody('DiskFull'))).code).toBe(0);
    expect(await listIncidents(box)).toMatchObject([{ deliveries: 2, duplicates: 1, runs: [{}] }]);
  });

  it('leaves it to the serve that runs', async () => {
    const box = createBox();
    await startServing(box, ['--no-runs']);
    const ended = await alert(box, ['home'], recordedBody('firing-grouped-am0.25'));
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('a steward serve runs')]);
    const incidents = await untilIncidents(box, (all) => all.length === 1);
    expect(incidents).toMatchObject([{ title: 'DiskFull', runs: [] }]);
    expect(kept(box)).toEqual([]);
  });

  it('keeps what cannot be read apart, and refuses what is none', async () => {
    const box = createBox();
    expect((await alert(box, ['--keep', 'home'], 'nonsense')).code).toBe(0);
    expect((await alert(box, ['--keep', 'grafana/home'], alertBody('OfTheOther'))).code).toBe(0);
    expect((await alert(box, ['--keep', 'home'], alertBody('Good'))).code).toBe(0);
    expect(kept(box)).toHaveLength(3);
    const once = await box.run(['serve', '--once', '--no-runs']);
    expect([once.code, once.stderr]).toEqual([0, expect.stringContaining('not JSON')]);
    expect((await listIncidents(box)).map(({ title }) => title)).toEqual(['Good']);
    expect(readdirSync(join(box.home, '.local/state/steward/spool-unread'))).toHaveLength(2);
    for (const source of ['', '../x', 'a b', '-x']) expect((await alert(box, [source], '{}')).code).toBe(2);
    expect((await alert(box, ['home'], '')).code).toBe(2);
  });
});
