import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildGraph,
  demandNode,
  drawMermaid,
  drawTree,
  familyOf,
  impactOf,
  judgeTouch,
  NO_DEPENDENCIES,
  orderOf,
  readDependencies,
  rootsOf,
  windowOf,
} from '../../src/graph/index.ts';
import { OpsError } from '../../src/lib/ops-error.ts';
import type { Graph } from '../../src/protocol/graph.ts';
import type { StateFile } from '../../src/protocol/state-file.ts';
import { namedZone } from '../fakes/zone.ts';
import { item, stateOf } from '../state/make-state.ts';

const NOTHING = { services: [], names: [] };

const WHOLE = `services:
  postgres: { criticality: critical, safe_hours: ["Sat 02:00-05:00"], unit: postgresql.service, host: db1 }
  grafana: { depends_on: [postgres] }
  webapp: { depends_on: [postgres, redis], criticality: high }
  redis: { restart_without_approval: true, safe_hours: [2, 3] }
  status: { depends_on: [webapp], restart_without_approval: false }
quorums:
  consul: { members: [c1, c2, c3] }
`;

async function graphOf(text: string, state: StateFile | null = null, names: string[] = []): Promise<Graph> {
  return buildGraph(await readDependencies('dependencies.yaml', text), { ...NOTHING, names }, state);
}

const whole = (state: StateFile | null = null) => graphOf(WHOLE, state, ['c1', 'c2', 'c3', 'db1']);

async function errorOf(text: string): Promise<string> {
  const error = await graphOf(text).catch((thrown: unknown) => thrown);
  return error instanceof OpsError
    ? `${error.message}${error.hint === null ? '' : ` (${error.hint})`}`
    : 'no error';
}

describe('a dependencies.yaml that is wrong', () => {
  it.each([
    [
      'services:\n  a: { depends_on: [b] }\n  b:\n    depends_on:\n      - c\n  c: { depends_on: [a] }\n',
      'dependencies.yaml:6: a → b → c → a is a circle, so nothing could be started first (It is made of dependencies.yaml:2, dependencies.yaml:5, dependencies.yaml:6: take one of them away.)',
    ],
    [
      'services:\n  a: { depends_on: [a] }\n',
      'dependencies.yaml:2: a → a is a circle, so nothing could be started first (It is made of dependencies.yaml:2: take one of them away.)',
    ],
    [
      'services:\n  postgres: {}\n  a:\n    depends_on: [postgre]\n',
      'dependencies.yaml:4: a depends on "postgre", and nothing has that name (Did you mean "postgres"?)',
    ],
    [
      'services:\n  a: { depend_on: [b] }\n',
      'dependencies.yaml:2: services.a.depend_on: there is no such field (Did you mean "depends_on"?)',
    ],
    [
      'services:\n  a: { safe_hours: ["at night"] }\n',
      'dependencies.yaml:2: services.a.safe_hours[0]: is no time such as 02:00-05:00, Sat 02:00-05:00 or an hour such as 2',
    ],
    [
      'services: { a: {}, b: {} }\nquorums:\n  q: { members: [a, b], needs: 3 }\n',
      'dependencies.yaml:3: quorums.q.needs: there are only 2 members',
    ],
    [
      'services: { a: {} }\nquorums:\n  q: { members: [a, z] }\n',
      'dependencies.yaml:3: quorum q names "z", and nothing has that name (Did you mean "a"?)',
    ],
  ])('%j is an error with file and line', async (text, expected) => {
    expect(await errorOf(text)).toBe(expected);
  });
});

describe('what depends on what', () => {
  it('is followed through others, the most critical first', async () => {
    const graph = await whole();
    expect(impactOf(graph, 'postgres').map(({ node, path }) => [node.name, path.join(' ')])).toEqual([
      ['webapp', 'postgres webapp'],
      ['grafana', 'postgres grafana'],
      ['status', 'postgres webapp status'],
    ]);
    expect(impactOf(graph, 'status')).toEqual([]);
    expect([...familyOf(graph, 'redis')].sort()).toEqual(['redis', 'status', 'webapp']);
  });

  it('gives an order to start in, and the other way round to stop in', async () => {
    const graph = await whole();
    const only = familyOf(graph, 'webapp');
    expect(orderOf(graph, 'start', only)).toEqual([['postgres', 'redis'], ['webapp'], ['status']]);
    expect(orderOf(graph, 'stop', only)).toEqual([['status'], ['webapp'], ['postgres', 'redis']]);
  });

  it('takes from sources what they say for certain, marked as derived, and the declared name for it', async () => {
    const state = stateOf({
      hosts: [item({ id: 'db1', host: 'db1' })],
      guests: [item({ id: '105', name: 'db1', host: 'pve1', source: 'pve' })],
      services: [
        item({ id: 'db1/postgresql.service', name: 'postgresql.service', host: 'db1', status: 'running' }),
        item({ id: 'db1/app.service', name: 'app.service', host: 'db1', needs: ['db1/postgresql.service'] }),
      ],
    });
    const graph = await whole({
      ...state,
      hosts: [...state.hosts, item({ id: 'pve1', host: 'pve1', source: 'pve' })],
    });
    const derived = graph.edges
      .filter(({ kind }) => kind === 'derived')
      .map(({ from, to, place }) => `${from} → ${to} (${place})`);
    expect(derived.sort()).toEqual([
      'db1 → pve1 (pve)',
      'db1/app.service → db1 (systemd:web1)',
      'db1/app.service → postgres (systemd:web1)',
      'postgres → db1 (systemd:web1)',
    ]);
    expect(impactOf(graph, 'pve1').map(({ node }) => node.name)).toContain('status');
    expect(demandNode(graph, 'app', null).name).toBe('db1/app.service');
    expect(() => demandNode(graph, 'postgrs', null)).toThrow(/knows no "postgrs"/);
  });

  it('leaves a derived edge out that would close a circle, and says so', async () => {
    const state = stateOf({ services: [item({ id: 'a', needs: ['b'] }), item({ id: 'b', needs: ['a'] })] });
    const graph = await graphOf('services: { a: { depends_on: [b] } }\n', state, ['b']);
    expect(graph.edges.map(({ from, to }) => [from, to])).toEqual([['a', 'b']]);
    expect(graph.notes).toEqual(['systemd:web1 says that b needs a, which would be a circle: left out']);
  });

  it('knows that a thing is down whether or not it is also declared under another name', async () => {
    const failed = item({ id: 'db1/pg.service', name: 'pg.service', host: 'db1', status: 'failed' });
    const declared = item({
      id: 'postgres',
      name: 'postgres',
      source: 'inventory',
      seen_at: null,
      host: 'db1',
    });
    const known = {
      name: 'postgres',
      place: 'inventory.yaml:2',
      unit: 'pg.service',
      host: 'db1',
      dependsOn: [],
    };
    const downIn = (services: (typeof failed)[]) => {
      const graph = buildGraph(NO_DEPENDENCIES, { services: [known], names: ['db1'] }, stateOf({ services }));
      return [...graph.nodes.values()].filter(({ isDown }) => isDown).map(({ name }) => name);
    };
    expect(downIn([failed, declared])).toEqual(['postgres']);
    expect(downIn([declared, failed])).toEqual(['postgres']);
    expect(downIn([declared])).toEqual([]);
    const well = { ...failed, id: 'consul/postgres', source: 'consul', status: 'passing' };
    expect(downIn([failed, declared, well])).toEqual([]);
  });

  it('is not said to be down with a word that is only old', async () => {
    const stale = { since: '2026-11-20T12:00:00.000Z', reason: 'refused' };
    const drawn = async (status: string) => {
      const one = item({ id: 'db1/a.service', name: 'a.service', host: 'db1', status, stale });
      return drawTree(await graphOf('services: { a: { host: db1 } }\n', stateOf({ services: [one] })), ['a']);
    };
    expect(await drawn('running')).toMatch(/^a \[not seen lately\]\n/);
    expect(await drawn('failed')).toMatch(/^a \[down: failed\]\n/);
  });

  it('is drawn as a tree, and as Mermaid', async () => {
    const graph = await whole(
      stateOf({
        services: [
          item({ id: 'db1/postgresql.service', name: 'postgresql.service', host: 'db1', status: 'failed' }),
        ],
      }),
    );
    const names = new Set(['postgres', 'grafana', 'webapp', 'redis', 'status']);
    const shown = { ...graph, edges: graph.edges.filter(({ to }) => names.has(to)) };
    expect(drawTree(shown, rootsOf(shown, [...names]))).toBe(
      'grafana\n└─ postgres [critical, down: failed]\nstatus\n└─ webapp [high]\n   ├─ postgres [critical, down: failed]\n   └─ redis\n',
    );
    expect(drawMermaid(shown, new Set(['redis', 'webapp']))).toBe(
      'flowchart TD\n  n0["redis"]\n  n1["webapp"]\n  n1 --> n0\n',
    );
  });
});

describe('a command, as the graph sees it', () => {
  const touch = async (line: string, state: StateFile | null = null) =>
    judgeTouch(await whole(state), [line.split(' ')], 'db1');

  it('is doubted where it takes something vital away, with what needs it and when it may', async () => {
    expect((await touch('systemctl restart postgresql')).doubts).toEqual([
      'postgres is critical; webapp, grafana, status need postgres; its safe hours are Sat 02:00-05:00 (dependencies.yaml:2)',
    ]);
    expect((await touch('systemctl stop status')).doubts).toEqual([
      'status is not restarted without approval (dependencies.yaml:6)',
    ]);
  });

  it('is only told of where an operator lets it be restarted, or where it brings something up', async () => {
    expect(await touch('systemctl restart redis')).toMatchObject({
      doubts: [],
      notes: ['webapp, status need redis'],
    });
    expect(await touch('systemctl start postgresql')).toMatchObject({ nodes: [], doubts: [] });
    expect(await touch('systemctl restart unheard-of')).toMatchObject({
      nodes: [],
      doubts: [],
      refusal: null,
    });
  });

  it('is refused where it takes the second of three members of a quorum', async () => {
    expect((await touch('ssh c2 systemctl restart consul')).refusal).toBeNull();
    const state = stateOf({
      hosts: [item({ id: 'c1', host: 'c1', status: 'failed' }), item({ id: 'c2', host: 'c2', status: 'up' })],
    });
    expect((await touch('ssh c2 reboot', state)).refusal).toBe(
      'consul needs 2 of 3 members, and c1 is down already: without c2 it would have 1',
    );
    expect((await touch('ssh c1 reboot', state)).refusal).toBeNull();
  });
});

describe('safe hours', () => {
  const berlin = namedZone('Europe/Berlin');
  const node = async (name: string) => demandNode(await whole(), name, null);

  it('are open, or say when next, on the clock of the wall', async () => {
    const saturday = Date.parse('2026-11-21T03:00:00+01:00');
    expect(windowOf(await node('postgres'), saturday, berlin)).toEqual({
      isOpen: true,
      opensAt: null,
      hours: ['Sat 02:00-05:00'],
    });
    const sunday = Date.parse('2026-11-22T12:00:00+01:00');
    expect(windowOf(await node('postgres'), sunday, berlin)).toMatchObject({
      isOpen: false,
      opensAt: Date.parse('2026-11-28T02:00:00+01:00'),
    });
    expect(windowOf(await node('redis'), sunday, berlin)).toMatchObject({
      opensAt: Date.parse('2026-11-23T02:00:00+01:00'),
      hours: ['02:00-03:00', '03:00-04:00'],
    });
    expect(windowOf(await node('grafana'), sunday, berlin)).toEqual({
      isOpen: true,
      opensAt: null,
      hours: [],
    });
  });
});

describe('any graph', () => {
  const edges = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), {
    maxLength: 24,
    selector: (edge) => edge.join(),
  });

  it('has an order in which each thing comes after what it needs, or a circle that is named', () => {
    fc.assert(
      fc.property(edges, (pairs) => {
        const services = Array.from({ length: 10 }, (_, index) => ({
          name: `s${index}`,
          place: `f:${index}`,
          unit: null,
          host: null,
          dependsOn: pairs.filter(([from]) => from === index).map(([, to]) => `s${to}`),
        }));
        let graph: Graph;
        try {
          graph = buildGraph(NO_DEPENDENCIES, { services, names: [] }, null);
        } catch (error) {
          expect(error).toMatchObject({ code: 'circle' });
          const named = /: (.*) is a circle/.exec((error as Error).message)?.[1]?.split(' → ') ?? [];
          expect(named[0]).toBe(named.at(-1));
          named.slice(1).forEach((to, index) => {
            expect(pairs.some(([a, b]) => `s${a}` === named[index] && `s${b}` === to)).toBe(true);
          });
          return;
        }
        const row = new Map(
          orderOf(graph, 'start').flatMap((names, index) => names.map((name) => [name, index] as const)),
        );
        expect(row.size).toBe(10);
        for (const { from, to } of graph.edges) expect(row.get(from)).toBeGreaterThan(row.get(to) ?? 99);
      }),
      { numRuns: 150 },
    );
  });
});
