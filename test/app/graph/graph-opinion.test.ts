import { describe, expect, it } from 'vitest';
import { checkChange } from '../../../src/app/change/check-change.ts';
import { createGraphOpinion } from '../../../src/app/graph/graph-opinion.ts';
import { createNeeds } from '../../../src/app/graph/incident-needs.ts';
import { createPolicing } from '../../../src/app/policy/policing.ts';
import type { Judgement } from '../../../src/protocol/verdict.ts';
import { openBox } from '../state/open-box.ts';

const DEPENDENCIES = `services:
  postgres: { unit: postgresql.service, criticality: critical }
  webapp: { depends_on: [postgres] }
  cache: { unit: redis.service, restart_without_approval: true }
  nightly: { safe_hours: ["02:00-05:00"] }
`;

async function opinionAt(now: string, text = DEPENDENCIES) {
  const box = openBox();
  box.configure('dependencies.yaml', text);
  const world = await box.open();
  const at = { ...world, clock: { ...world.clock, now: () => Date.parse(now) } };
  const policing = await createPolicing(at, {
    mode: 'default',
    allowed: ['Bash(systemctl restart *)'],
    denied: [],
  });
  const judge = (line: string): Promise<Judgement> => policing.judge(policing.policy.toAction(line, '/'));
  return { world: at, opinion: createGraphOpinion(at), judge };
}

describe('the graph, asked about a call', () => {
  it('makes a question of what would take something vital away, and names what needs it', async () => {
    const { opinion, judge } = await opinionAt('2026-11-21T12:00:00Z');
    const judgement = await opinion.ofCall(await judge('systemctl restart postgresql'));
    expect(judgement.verdict).toBe('ask');
    expect(judgement.reason).toContain('postgres is critical; webapp needs postgres');
  });

  it('asks outside of safe hours, and not within them', async () => {
    const day = await opinionAt('2026-11-21T12:00:00Z');
    expect((await day.opinion.ofCall(await day.judge('systemctl restart nightly'))).reason).toContain(
      'nightly is outside its safe hours (02:00-05:00) until 2026-11-22T02:00:00.000Z',
    );
    const night = await opinionAt('2026-11-21T03:00:00Z');
    const judged = await night.judge('systemctl restart nightly');
    expect(await night.opinion.ofCall(judged)).toEqual(judged);
    expect(await day.opinion.opensAt([['systemctl', 'restart', 'nightly']])).toBe(
      Date.parse('2026-11-22T02:00:00Z'),
    );
    expect(await night.opinion.opensAt([['systemctl', 'restart', 'nightly']])).toBeNull();
  });

  it('has none of what only looks, of what it does not know, and where nobody has declared anything', async () => {
    const { opinion, judge } = await opinionAt('2026-11-21T12:00:00Z');
    for (const line of [
      'systemctl status postgresql',
      'systemctl restart unheard-of',
      'systemctl restart redis',
    ]) {
      const judgement = await judge(line);
      expect(await opinion.ofCall(judgement)).toEqual(judgement);
    }
    const bare = createGraphOpinion(await openBox().open());
    const restart = await judge('systemctl restart postgresql');
    expect(await bare.ofCall(restart)).toEqual(restart);
  });

  it('lets nothing disruptive through while its file is wrong', async () => {
    const { opinion, judge } = await opinionAt(
      '2026-11-21T12:00:00Z',
      'services:\n  a: { depends_on: [b] }\n  b: { depends_on: [a] }\n',
    );
    await expect(opinion.ofCall(await judge('systemctl restart postgresql'))).rejects.toMatchObject({
      reason: 'settings',
    });
  });
});

describe('the plan of a change', () => {
  it('says what would stop with it, so that whoever approves it reads that', async () => {
    const { world } = await opinionAt('2026-11-21T12:00:00Z');
    const change = {
      title: 'Restart the database',
      targets: [],
      why: null,
      evidence: [],
      preflight: [],
      apply: [{ kind: 'run' as const, line: 'systemctl restart postgresql' }],
      verify: [
        {
          what: { kind: 'run' as const, line: 'systemctl is-active postgresql' },
          expect: 'exit 0',
          withinMs: 0,
          forMs: 0,
        },
      ],
      rollback: 'auto' as const,
      window: null,
    };
    const checked = await checkChange(world, change, new AbortController().signal);
    expect(checked.planned?.doubts.join()).toContain('postgres is critical; webapp needs postgres');
  });
});

describe('incidents, by the graph', () => {
  it('need what their services depend on, and nothing else', async () => {
    const { world } = await opinionAt('2026-11-21T12:00:00Z');
    const needs = await createNeeds(world);
    expect(needs(['unit:webapp.service@w1'], ['unit:postgresql.service@db1'])).toBe(true);
    expect(needs(['unit:postgresql.service@db1'], ['unit:webapp.service@w1'])).toBe(false);
    expect(needs(['unit:redis.service@w1'], ['unit:postgresql.service@db1'])).toBe(false);
    expect(needs(['unheard-of'], ['unit:postgresql.service@db1'])).toBe(false);
  });
});
