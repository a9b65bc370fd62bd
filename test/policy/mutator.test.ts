import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DRESS_NAMES, DRESSES, lookAlike, respellLine } from './mutator.ts';

/** Does the line, run by bash in a folder of its own, leave the marker that the plain line would leave? */
function leavesMarker(line: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'steward-mutator-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const options = { cwd: folder, env: { PATH: '/usr/bin:/bin', HOME: folder }, timeout: 20_000 };
  expect(spawnSync('bash', ['-n', '-c', line], options).status, line).toBe(0);
  spawnSync('bash', ['--norc', '-c', line], { ...options, input: '' });
  return existsSync(join(folder, 'marker'));
}

describe('the mutator', () => {
  it.each(DRESS_NAMES.filter((name) => name !== 'xargs'))(
    'dresses a line as %s without changing what it does',
    (name) => {
      expect(leavesMarker(DRESSES[name]?.('touch marker', 0) ?? '')).toBe(true);
    },
  );

  it.each([0, 1, 2, 3, 4, 5, 6])('spells words in way %s without changing what they are', (way) => {
    expect(leavesMarker(respellLine('touch marker', () => way))).toBe(true);
  });

  it('makes look-alikes that are something else', () => {
    expect(lookAlike('touch marker', 0)).not.toBe('touch marker');
    expect(leavesMarker(lookAlike('touch marker', 0))).toBe(false);
  });
});
