import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENDINGS } from '../../src/protocol/outcome.ts';

const TRIGGERS = join(import.meta.dirname, '../../triggers');
const units = ['.', 'systemd'].flatMap((folder) =>
  readdirSync(join(TRIGGERS, folder))
    .filter((name) => /\.(service|timer|socket|path)$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(TRIGGERS, folder, name), 'utf8') })),
);

function valuesOf(unit: string, key: string): string[] {
  const { text = '' } = units.find(({ name }) => name === unit) ?? {};
  return [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

const codes = (unit: string, key: string): number[] =>
  valuesOf(unit, key)
    .flatMap((value) => value.split(' ').map(Number))
    .sort((a, b) => a - b);

/** Exit statuses of the table for which this holds. */
function table(isWanted: (outcome: string, reason: string) => boolean): number[] {
  const rows = Object.entries(ENDINGS).filter(([reason, { outcome }]) => isWanted(outcome, reason));
  return [...new Set(rows.map(([, { exitCode }]) => exitCode))].sort((a, b) => a - b);
}

describe('the shipped units', () => {
  it('fail a run for what the table of endings calls failed, and for nothing else', () => {
    const failed = table((outcome) => outcome === 'failed');
    // Try later is tried again by the unit, so it is neither.
    const fine = table((outcome) => outcome !== 'failed').filter((code) => code !== 0 && code !== 75);
    expect(codes('steward@.service', 'SuccessExitStatus')).toEqual(fine);
    expect(codes('steward@.service', 'RestartPreventExitStatus')).toEqual(failed);
  });

  it('do not begin serve again after what does not get right by itself', () => {
    const lasting = table((_, reason) => ['usage', 'login', 'input', 'sandbox', 'settings'].includes(reason));
    expect(codes('steward-serve.service', 'RestartPreventExitStatus')).toEqual(lasting);
  });

  it('start what the package installs, by its whole path', () => {
    const started = units.flatMap(({ name }) =>
      ['ExecStart', 'ExecStartPre', 'ExecStopPost'].flatMap((key) => valuesOf(name, key)),
    );
    expect(started.length).toBeGreaterThan(8);
    const elsewhere = started.filter(
      (line) => !/^-?\/usr\/lib\/steward\/(bin\/steward|triggers\/[\w-]+) /.test(`${line} `),
    );
    expect(elsewhere).toEqual([]);
  });

  it('never put a key into an environment, and never wake steward for steward', () => {
    for (const { name, text } of units) {
      expect([name, /^Environment=.*(KEY|TOKEN|SECRET|PASSWORD)/m.test(text)]).toEqual([name, false]);
      expect([name, /^OnFailure=.*steward-failure/m.test(text)]).toEqual([name, false]);
    }
  });
});
