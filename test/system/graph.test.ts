import { describe, expect, it } from 'vitest';
import { createBox } from './steward.ts';

const FILE = `services:
  postgres: { criticality: critical, safe_hours: ["02:00-05:00"], restart_without_approval: false }
  grafana: { depends_on: [postgres] }
  status: { depends_on: [grafana] }
`;

describe('steward graph', () => {
  it('draws, checks and orders what an operator declared, and says what an outage would take away', async () => {
    const box = createBox();
    const path = box.write('.config/steward/dependencies.yaml', FILE);
    expect((await box.run(['graph', 'show'])).stdout).toBe('status\n└─ grafana\n   └─ postgres [critical]\n');
    expect((await box.run(['graph', 'show', 'postgres'])).stdout).toBe(
      'postgres [critical]\nneeded by grafana\n',
    );
    expect((await box.run(['graph', 'show', '--format', 'mermaid'])).stdout).toContain(
      'flowchart TD\n  n0["grafana"]',
    );
    expect(await box.run(['graph', 'check'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/: 4 things, 2 declared and 0 derived dependencies, 0 quorums\.\n$/),
    });
    const impact = await box.run(['graph', 'impact', 'postgres']);
    expect(impact.stdout).toContain(
      'Without postgres these stop working:\n  grafana (medium)\n  status (medium), through grafana\n',
    );
    expect(impact.stdout).toContain('Its safe hours are 02:00-05:00: ');
    expect(impact.stdout).toContain(`It is not restarted without approval (${path}:2).\n`);
    expect((await box.run(['graph', 'order', 'start'])).stdout).toBe(
      '  1. postgres\n  2. grafana\n  3. status\n',
    );
    expect((await box.run(['graph', 'order', 'stop', 'grafana'])).stdout).toBe(
      '  1. status\n  2. grafana\n  3. postgres\n',
    );
    expect(await box.run(['graph', 'impact', 'postgrs'])).toMatchObject({
      code: 42,
      stderr: expect.stringContaining('Did you mean postgres?'),
    });
    expect(await box.run(['graph', 'order', 'sideways'])).toMatchObject({ code: 2 });
  });

  it('exits with file and line for a circle and for a name that nothing has', async () => {
    const box = createBox();
    const path = box.write(
      '.config/steward/dependencies.yaml',
      'services:\n  a: { depends_on: [b] }\n  b: { depends_on: [a] }\n',
    );
    expect(await box.run(['graph', 'check'])).toMatchObject({
      code: 52,
      stderr: expect.stringContaining(`${path}:3: a → b → a is a circle`),
    });
    box.write('.config/steward/dependencies.yaml', 'services:\n  a: { depends_on: [c] }\n');
    expect(await box.run(['graph', 'check'])).toMatchObject({
      code: 52,
      stderr: expect.stringContaining(`${path}:2: a depends on "c"`),
    });
  });
});
