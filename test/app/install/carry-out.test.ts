import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { carryOut, type Ports, takeBack } from '../../../src/app/install/carry-out.ts';
import type { InstallPlan } from '../../../src/app/install/install-plan.ts';
import { createMachineFiles } from '../../../src/host/index.ts';

interface Bench extends Ports {
  root: string;
  said: string[];
  ran: string[];
  tree(): string[];
}

/** Files of a machine below a folder of its own; programs are only noted, and end as `codes` says. */
function bench(codes: Record<string, number> = {}): Bench {
  const root = mkdtempSync(join(tmpdir(), 'steward-machine-'));
  mkdirSync(join(root, 'etc'));
  const said: string[] = [];
  const ran: string[] = [];
  return {
    root,
    said,
    ran,
    files: createMachineFiles(root),
    async run(argv) {
      ran.push(argv.join(' '));
      return { code: codes[argv.join(' ')] ?? 0, stdout: '', stderr: 'it said why\n' };
    },
    say: (line) => void said.push(line),
    tree: () => readdirSync(root, { recursive: true }).map(String).sort(),
  };
}

const plan = (text: string): InstallPlan => ({
  files: [
    { path: '/etc/steward/steward.yaml', text, mode: 0o644 },
    { path: '/etc/credstore/steward.anthropic', text: 'sk\n', mode: 0o600, isSecret: true },
  ],
  users: [['usermod', 'anna']],
  commands: [
    ['systemctl', 'daemon-reload'],
    ['systemctl', 'restart', 'steward-serve.service'],
  ],
});

describe('what an operator installs', () => {
  it('is written as planned, secrets for root alone, and taken back without a trace', async () => {
    const machine = bench();
    await carryOut(plan('model: x\n'), machine, [['gpasswd', 'anna']]);
    expect(statSync(join(machine.root, 'etc/credstore/steward.anthropic')).mode & 0o777).toBe(0o600);
    expect(statSync(join(machine.root, 'etc/steward/installed.json')).mode & 0o777).toBe(0o600);
    expect(machine.ran).toEqual([
      'usermod anna',
      'systemctl daemon-reload',
      'systemctl restart steward-serve.service',
    ]);
    expect(await takeBack('all', machine)).toEqual([]);
    expect(machine.tree()).toEqual(['etc']);
    expect(machine.ran.at(-1)).toBe('gpasswd anna');
  });

  it('a second time changes nothing and interrupts nothing', async () => {
    const machine = bench();
    await carryOut(plan('model: x\n'), machine);
    machine.said.length = 0;
    await carryOut(plan('model: x\n'), machine);
    expect(machine.said.every((line) => line.startsWith('as it was'))).toBe(true);
    expect(machine.ran.filter((line) => line.includes('restart'))).toHaveLength(1);
  });

  it('gives an operator’s own file back as it was', async () => {
    const machine = bench();
    mkdirSync(join(machine.root, 'etc/steward'));
    const settings = join(machine.root, 'etc/steward/steward.yaml');
    writeFileSync(settings, '# mine\n');
    chmodSync(settings, 0o640);
    await carryOut(plan('# mine\nmodel: x\n'), machine);
    await carryOut(plan('# mine\nmodel: y\n'), machine);
    await takeBack('all', machine);
    expect(readFileSync(settings, 'utf8')).toBe('# mine\n');
    expect(statSync(settings).mode & 0o777).toBe(0o640);
    expect(machine.tree()).toEqual(['etc', 'etc/steward', 'etc/steward/steward.yaml']);
  });

  it('leaves what somebody wrote into since, also between two setups, and says so', async () => {
    const machine = bench();
    await carryOut(plan('model: x\n'), machine);
    writeFileSync(join(machine.root, 'etc/steward/steward.yaml'), 'model: x\n# mine\n');
    await carryOut(plan('model: y\n# mine\n'), machine);
    expect(await takeBack('all', machine)).toEqual(['/etc/steward/steward.yaml']);
    expect(machine.said.join('\n')).toContain('left       /etc/steward/steward.yaml');
    expect(existsSync(join(machine.root, 'etc/credstore'))).toBe(false);
  });

  it('stops at a command that fails, and what was written by then can be taken back', async () => {
    const machine = bench({ 'systemctl daemon-reload': 1 });
    await expect(carryOut(plan('model: x\n'), machine)).rejects.toMatchObject({
      code: 'command-failed',
      hint: 'it said why',
    });
    await takeBack('all', machine);
    expect(machine.tree()).toEqual(['etc']);
  });

  it('takes back only what it is asked for', async () => {
    const machine = bench();
    await carryOut(plan('model: x\n'), machine);
    await takeBack(['/etc/credstore/steward.anthropic'], machine);
    expect(machine.tree()).toEqual([
      ...['etc', 'etc/steward', 'etc/steward/installed.json', 'etc/steward/steward.yaml'],
    ]);
  });
});
