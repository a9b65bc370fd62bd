import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from './lab.ts';
import { readResult } from './result.ts';
import { bootServices, FAULTS } from './services.ts';

/** One machine in the order of its life: well, then with one fault more each time. */
let lab: Lab;
let host = '';
const broken = new Set<string>();

beforeAll(async () => {
  lab = await bootServices('full');
  host = (await lab.must(['hostname'])).trim();
});
afterAll(async () => {
  // It does not end while it cannot save, and nobody waits for that.
  await lab?.run(['systemctl', 'kill', '--signal=KILL', 'redis-server']);
  await lab?.down();
});

const SERVICES = ['consul', 'redis', 'postgres', 'nats', 'prometheus', 'alertmanager'];
const OTHERS = ['certificates', 'dns', 'ports', 'git', 'systemd-timers'];

/** What a goal finds, without what the journal says of the same: that has tests of its own. */
async function check(goal: string) {
  const { code, stdout } = await lab.steward(['run', goal, '--output-format', 'json']);
  return { code, keys: withoutJournal(readResult(stdout).findings) };
}

function withoutJournal(findings: readonly { key: string }[]): string[] {
  const keys = findings.map(({ key }) => key);
  return keys.filter((key) => !key.startsWith('journal-')).toSorted();
}

describe('a machine with real services on it', () => {
  it('is healthy ten times in a row, with all of them answering', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { code, stdout, stderr } = await lab.steward(['run', 'full-check']);
      expect([code, stderr, stdout.split('\n')[1]]).toEqual([
        0,
        '',
        expect.stringMatching(/^Nothing was found; /),
      ]);
      for (const probe of [...SERVICES, ...OTHERS]) {
        expect(stdout).toMatch(new RegExp(`^  P\\d+ +${probe} `, 'm'));
      }
    }
  });

  it('has a doctor that finds nothing to do', async () => {
    const { code, stdout } = await lab.steward(['context', 'doctor']);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/^(Failed|Unreachable|Stale)/m);
    expect(stdout).toContain('zfs: zpool is not installed');
  });

  it('has a state in which nothing is as it should not be, and a graph in which nothing is down', async () => {
    const scanned = await lab.steward(['state', 'scan']);
    expect(scanned).toMatchObject({ code: 0, stderr: '' });
    expect(scanned.stdout).not.toContain('Not as it should be');
    expect(await lab.steward(['state', 'validate'])).toMatchObject({ code: 0 });
    expect(await lab.steward(['graph', 'check'])).toMatchObject({ code: 0, stderr: '' });
    expect((await lab.steward(['graph', 'show'])).stdout).not.toContain('down');
  });

  it.each(Object.entries(FAULTS))(
    'names %s, beside all that broke before, and nothing else',
    async (_, fault) => {
      await lab.must(['sh', '-euc', fault.breaks]);
      for (const key of fault.hides ?? []) broken.delete(key);
      for (const key of fault.finds) broken.add(key.replace('{host}', host));
      expect(await check('full-check')).toEqual({ code: 60, keys: [...broken].toSorted() });
    },
  );

  it('says the same without a run, and what it could not ask', async () => {
    const { code, stdout } = await lab.steward(['context', '--json']);
    const { findings, items } = JSON.parse(stdout) as {
      findings: { key: string }[];
      items: { probe: string; status: string }[];
    };
    expect([code, withoutJournal(findings)]).toEqual([0, [...broken].toSorted()]);
    const silent = items.filter(({ status }) => status !== 'ok' && status !== 'not-configured');
    expect(silent).toMatchObject([{ probe: 'alertmanager', status: 'unreachable' }]);
  });

  it('finds of it in health-check what that looks at', async () => {
    expect(await check('health-check')).toEqual({
      code: 60,
      keys: ['unit-failed:prometheus-alertmanager.service'],
    });
  });

  it('has a state that says which two the sources call broken, and a graph that says what these take along', async () => {
    const scanned = await lab.steward(['state', 'scan']);
    expect(scanned.stdout.split('Not as it should be\n')[1]).toBe(
      `  prometheus-alertmanager.service on ${host}: failed\n  web on ${host}: critical\n`,
    );
    expect(await lab.steward(['state', 'validate'])).toMatchObject({ code: 0 });
    const shown = await lab.steward(['state', 'show', 'alerts', '--json']);
    const { items } = JSON.parse(shown.stdout) as { items: { section: string; name: string }[] };
    expect(items.map(({ section, name }) => `${section} ${name}`)).toEqual([
      'alerts prometheus-alertmanager.service',
      'alerts web',
    ]);
    expect((await lab.steward(['graph', 'check'])).code).toBe(0);
    const tree = (await lab.steward(['graph', 'show'])).stdout;
    expect(tree.split('\n').filter((line) => line.includes('['))).toEqual([
      '└─ alerts [down: failed]',
      '└─ web [down: critical]',
    ]);
    const impact = async (name: string) => (await lab.steward(['graph', 'impact', name])).stdout.split('\n');
    expect((await impact('alerts')).slice(0, 3)).toEqual([
      'alerts is down: failed.',
      'Without alerts these stop working:',
      '  pager (medium)',
    ]);
    expect((await impact('redis')).slice(0, 3)).toEqual([
      'Without redis these stop working:',
      '  web (medium)',
      '  shop (medium), through web',
    ]);
  });
});
