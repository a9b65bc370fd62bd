import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createQuickLook } from '../../../src/app/session/snapshot.ts';
import { closed } from '../../fakes/conversation.ts';
import { openBench, openBenchIn } from './support.ts';

const CLOSED = closed();

const WRONG = [
  'describe: d',
  'run: [echo, "/ 97"]',
  'parse: { columns: [mount, "percent:int"] }',
  'facts: { disks: output }',
  'rules:',
  '  - id: full',
  '    each: disks',
  '    as: d',
  '    object: d.mount',
  '    when: d.percent >= 90',
  '    severity: critical',
  '    class: advisory',
  '    cooldown: 6h',
  "    say: '{d.mount} is {d.percent} % full'",
  '    examples: [{ facts: { disks: [{ mount: /, percent: 95 }] }, finds: [/] }, { facts: { disks: [] }, finds: [] }]',
  '',
].join('\n');

async function withProbes(probes: Record<string, string>, settings: string) {
  const { home } = await openBench();
  mkdirSync(join(home, '.config/steward/context'), { recursive: true });
  for (const [name, text] of Object.entries(probes)) {
    writeFileSync(join(home, '.config/steward/context', `${name}.yaml`), text);
  }
  writeFileSync(join(home, '.config/steward/steward.yaml'), settings);
  return openBenchIn(home);
}

describe('the quick look of a session', () => {
  it('says what is wrong now, asks only the probes of the settings, and leaves no trace', async () => {
    const bench = await withProbes(
      { wrong: WRONG, other: WRONG.replace('97', '99') },
      'screen: { probes: [wrong, not-there] }\n',
    );
    const quick = createQuickLook(bench.session);
    await Promise.all([quick.refresh(), quick.refresh()]);
    const panels = bench.happenings.flatMap((one) => (one.kind === 'panel' ? [one.panel] : []));
    expect(panels.map(({ state }) => state)).toEqual(['looking', 'ready']);
    expect(panels[1]?.findings).toMatchObject([
      { key: 'full:/', severity: 'critical', object: '/', text: '/ is 97 % full', state: 'new' },
    ]);
    expect(panels[1]?.probes).toEqual({ ok: 1, notConfigured: 0, broken: 0 });
    expect(quick.items().map(({ probe }) => probe)).toEqual(['wrong']);
    expect(await bench.world.store.readText('findings.json')).toBeUndefined();
    expect(await bench.world.store.list('runs')).toEqual([]);
  });

  it('looks again after a run that touched something, and not after one that only looked', async () => {
    const bench = await withProbes(
      { wrong: WRONG.replace('[echo, "/ 97"]', '[cat, disks]') },
      'screen: { probes: [wrong] }\n',
    );
    const disks = join(bench.cwd, 'disks');
    writeFileSync(disks, '/ 97\n');
    const quick = createQuickLook(bench.session);
    await quick.refresh();
    const seen = () => bench.happenings.filter((one) => one.kind === 'panel').length;
    const before = seen();
    writeFileSync(disks, '/ 12\n');
    quick.note({ type: 'step.started', step: 'C1', effect: 'observe', command: 'df' });
    quick.note(CLOSED);
    expect(seen()).toBe(before);
    quick.note({ type: 'step.started', step: 'C2', effect: 'reversible', command: 'rm x' });
    quick.note(CLOSED);
    await expect.poll(() => quick.panel()).toMatchObject({ state: 'ready', findings: [] });
  });

  it('keeps what it saw last when the next look fails, and says why', async () => {
    const bench = await withProbes({ wrong: WRONG }, 'screen: { probes: [wrong] }\n');
    const quick = createQuickLook(bench.session);
    await quick.refresh();
    writeFileSync(join(bench.home, '.config/steward/context/wrong.yaml'), 'describe: [\n');
    await quick.refresh();
    expect(quick.panel()).toMatchObject({ state: 'failed', findings: [{ key: 'full:/' }] });
    expect(quick.panel().problem).toContain('wrong.yaml');
  });
});
