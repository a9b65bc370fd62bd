import { describe, expect, it } from 'vitest';
import { applyInputs, EMPTY_BOOK, JOIN_RULES } from '../../src/incidents/index.ts';
import type { IncidentInput } from '../../src/protocol/incident.ts';
import { delivery, NOW, reading, taken } from './deliveries.ts';

/** webapp on w1 needs postgresql on db1. */
const needs = (one: readonly string[], other: readonly string[]): boolean =>
  one.includes('unit:webapp.service@w1') && other.includes('unit:postgresql.service@db1');
const rules = { ...JOIN_RULES, needs };

function fails(unit: string, host: string, at: number): IncidentInput {
  const labels = { alertname: 'UnitFailed', unit: `${unit}.service`, host };
  return taken(
    delivery([reading(unit, { labels })], { groupKey: `{}:{${unit}}`, groupLabels: { unit } }),
    at,
  );
}

const titles = (inputs: IncidentInput[]) => {
  const all = [...applyInputs(EMPTY_BOOK, inputs, rules).incidents.values()];
  const root = all.filter(({ foldedInto }) => foldedInto === null);
  return {
    roots: root.map(({ targets }) => targets[0]),
    folded: all.filter(({ foldedInto }) => foldedInto !== null),
  };
};

describe('what cannot do without something that fires', () => {
  it('belongs to it, and says why', () => {
    const { roots, folded } = titles([fails('postgresql', 'db1', NOW), fails('webapp', 'w1', NOW + 5_000)]);
    expect(roots).toEqual(['unit:postgresql.service@db1']);
    expect(folded).toMatchObject([{ foldedBy: 'dependency', targets: ['unit:webapp.service@w1'] }]);
    expect(folded[0]?.timeline.at(-1)?.text).toContain('it cannot do without it');
  });

  it('belongs to it also when it was told first and nobody has looked into it', () => {
    const { roots } = titles([fails('webapp', 'w1', NOW), fails('postgresql', 'db1', NOW + 5_000)]);
    expect(roots).toEqual(['unit:postgresql.service@db1']);
  });

  it('is a root of its own where nothing that it needs fires, or that was long ago', () => {
    expect(titles([fails('redis', 'r1', NOW), fails('webapp', 'w1', NOW + 5_000)]).roots).toHaveLength(2);
    expect(
      titles([fails('postgresql', 'db1', NOW), fails('webapp', 'w1', NOW + 3_600_000)]).roots,
    ).toHaveLength(2);
  });
});
