import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startServing, untilIncidents } from './serving.ts';
import { type Box, createBox } from './steward.ts';

const SCRIPT = join(import.meta.dirname, '../../triggers/on-failure');
const NOBODY = 'http://127.0.0.1:9';

function fail(
  box: Box,
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; stderr: string }> {
  const all = {
    ...box.env,
    STEWARD_SPOOL: join(box.home, 'failures'),
    STEWARD_HOST: 'nas',
    STEWARD_WAIT: '0',
    ...env,
  };
  return new Promise((resolve) => {
    const child = execFile('/bin/sh', [SCRIPT, ...args], { env: all }, (_, __, stderr) =>
      resolve({ code: child.exitCode ?? -1, stderr }),
    );
  });
}

const kept = (box: Box): string[] => {
  const folder = join(box.home, 'failures');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
};

describe('triggers/on-failure', () => {
  it('keeps what it cannot send, and sends all of it later, each once', async () => {
    const box = createBox({ STEWARD_INTAKE_TOKEN: 'token-of-the-brain' });
    const token = join(box.home, 'token');
    writeFileSync(token, 'token-of-the-brain\n');
    const systemd = {
      MONITOR_SERVICE_RESULT: 'exit-code',
      MONITOR_EXIT_CODE: 'exited',
      MONITOR_EXIT_STATUS: '7',
      MONITOR_INVOCATION_ID: '0123456789abcdef0123456789abcdef',
    };
    const away = await fail(box, ['backup.service'], { ...systemd, STEWARD_URL: NOBODY, STEWARD_TRIES: '2' });
    expect([away.code, away.stderr]).toEqual([75, expect.stringContaining('kept in')]);
    const named = await fail(box, ['a\\x2db@"c.service'], { STEWARD_URL: NOBODY, STEWARD_TRIES: '1' });
    expect([named.code, kept(box).length]).toEqual([75, 2]);
    for (const name of kept(box)) JSON.parse(readFileSync(join(box.home, 'failures', name), 'utf8'));

    const serving = await startServing(box, ['--no-runs']);
    const there = { STEWARD_URL: serving.url, STEWARD_TRIES: '2', STEWARD_TOKEN_FILE: token };
    expect(await fail(box, ['--send'], { ...there, STEWARD_TOKEN_FILE: '' })).toMatchObject({ code: 75 });
    expect(await fail(box, ['--send'], there)).toEqual({ code: 0, stderr: '' });
    expect(await fail(box, ['--send'], there)).toEqual({ code: 0, stderr: '' });
    expect(kept(box)).toEqual([]);
    // A name that no unit can have is refused for good, and does not hold up the others.
    expect(readdirSync(join(box.home, 'failures')).filter((name) => name.endsWith('.refused'))).toHaveLength(
      1,
    );
    const incidents = await untilIncidents(box, (all) => all.length > 0);
    expect(incidents).toMatchObject([
      { title: 'UnitFailed backup.service', source: 'nas', deliveries: 1, members: [{ status: 'firing' }] },
    ]);
  });

  it('keeps a failure and sends nothing when that is all it is asked to do', async () => {
    const box = createBox();
    const url = { STEWARD_URL: NOBODY };
    expect(await fail(box, ['--keep', 'backup.service'], url)).toEqual({ code: 0, stderr: '' });
    expect(kept(box)).toHaveLength(1);
    expect(await fail(box, ['--keep', 'steward@night.service'], url)).toEqual({ code: 0, stderr: '' });
    expect(kept(box)).toHaveLength(1);
    expect((await fail(box, ['--keep'], url)).code).toBe(2);
  });

  it('is not woken by a unit of steward', async () => {
    const box = createBox();
    for (const unit of ['steward.service', 'steward-failure@x.service.service', 'steward@night.service']) {
      expect(await fail(box, [unit], { STEWARD_URL: NOBODY })).toEqual({ code: 0, stderr: '' });
    }
    expect(kept(box)).toEqual([]);
  });
});
