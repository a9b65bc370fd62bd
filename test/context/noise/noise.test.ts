import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Machine, type Seen, see, shippedProbes } from './machine.ts';

const FILE = join(import.meta.dirname, '../../fixtures/machines.json');

/** As test/context/noise/record.ts wrote them: an output stands once, under its digest. */
function readMachines(): Machine[] {
  const { outputs, machines } = JSON.parse(readFileSync(FILE, 'utf8')) as {
    outputs: Record<string, string>;
    machines: Machine[];
  };
  return machines.map((machine) => ({
    ...machine,
    commands: Object.fromEntries(
      Object.entries(machine.commands).map(([command, output]) => [
        command,
        output.stdout === undefined ? output : { ...output, stdout: outputs[output.stdout] ?? '' },
      ]),
    ),
  }));
}

const machines = readMachines();
// The machine on which all this was recorded was busy with other work, which is what these two truly say of it.
const specs = (await shippedProbes()).filter(({ name }) => !['load', 'pressure'].includes(name));

describe('machines that are healthy, ordinary and a little untidy', () => {
  it('are fifty, each recorded with all that the shipped probes ask', () => {
    expect(machines.length).toBeGreaterThanOrEqual(50);
    expect(new Set(machines.map(({ name }) => name)).size).toBe(machines.length);
    for (const { name, commands } of machines) {
      expect(Object.keys(commands).length, name).toBeGreaterThanOrEqual(12);
    }
  });

  it('give no finding, no broken rule and no probe that fails, each after the one before', async () => {
    const told: Record<string, unknown> = {};
    let before: Partial<Seen> = {};
    let family = '';
    for (const machine of machines) {
      // What `changed` rules and the journal have learned is of one machine.
      const here = machine.name.split('-')[0] ?? '';
      if (here !== family) before = {};
      family = here;
      const seen = await see(machine, specs, before);
      before = seen;
      const silent = seen.items.filter(({ status }) => status === 'failed' || status === 'unreachable');
      const wrong = [
        ...seen.findings.map(({ key, text }) => `${key}: ${text}`),
        ...seen.broken,
        ...silent.map(({ probe, reason }) => `${probe}: ${reason}`),
      ];
      if (wrong.length > 0) told[`${machine.name} (${machine.how})`] = wrong;
    }
    expect(told).toEqual({});
  });
});
