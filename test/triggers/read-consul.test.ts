import { describe, expect, it } from 'vitest';
import { type BodyRefused, readConsul } from '../../src/triggers/index.ts';

const check = (more: Record<string, unknown>) => ({
  ...{ Node: 'nuc1', CheckID: 'service:db', Name: 'db answers', Status: 'critical', Notes: '' },
  ...{ Output: 'connection refused', ServiceID: 'db-1', ServiceName: 'db', ServiceTags: [], CreateIndex: 7 },
  ...more,
});
const read = (body: unknown) => readConsul(JSON.stringify(body));

describe('what Consul hands over', () => {
  it('is what is not well, and of that no more than what names it', () => {
    const passing = check({ CheckID: 'b', Status: 'passing' });
    const atWork = check({ CheckID: 'c', Status: 'maintenance' });
    expect(
      read([check({}), passing, atWork, check({ CheckID: 'd', Status: 'warning', Output: '' })]),
    ).toEqual([
      {
        ...{ node: 'nuc1', check: 'service:db', name: 'db answers', service: 'db', serviceId: 'db-1' },
        ...{ severity: 'critical', output: 'connection refused', isNodeLost: false },
      },
      {
        ...{ node: 'nuc1', check: 'd', name: 'db answers', service: 'db', serviceId: 'db-1' },
        ...{ severity: 'warning', output: '', isNodeLost: false },
      },
    ]);
    expect(read([])).toEqual([]);
    expect(read(null)).toEqual([]);
  });

  it('of a node whose agent is gone may only be what follows from that', () => {
    const serf = check({ CheckID: 'serfHealth', ServiceName: '', ServiceID: '' });
    const found = read([check({}), check({ Node: 'nuc2' }), serf]);
    expect(found.map(({ node, check: id, isNodeLost }) => [node, id, isNodeLost])).toEqual([
      ['nuc1', 'service:db', true],
      ['nuc2', 'service:db', false],
      ['nuc1', 'serfHealth', false],
    ]);
  });

  it.each([
    [{ Services: {} }, ''],
    [[check({ Status: 'fine' })], '[0].Status'],
    [[check({}), check({ Node: '' })], '[1]'],
    [[check({ Output: 7 })], '[0].Output'],
    [['x'], '[0]'],
  ])('that is %j is refused by its field', (body, field) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ field }) as BodyRefused);
  });
});
