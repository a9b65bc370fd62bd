import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe } from '../support.ts';

const base = 'http://127.0.0.1:4646';
const given = { address: base };
const url = {
  leader: `${base}/v1/status/leader`,
  nodes: `${base}/v1/nodes`,
  jobs: `${base}/v1/jobs?namespace=*`,
  allocations: `${base}/v1/allocations?namespace=*&task_states=false`,
  deployments: `${base}/v1/deployments?namespace=*`,
};
const node = { ID: 'n1', Name: 'nuc1', Status: 'ready', Drain: false, SchedulingEligibility: 'eligible' };
const job = {
  ID: 'web',
  Type: 'service',
  Status: 'running',
  Stop: false,
  JobSummary: { Summary: { front: { Queued: 0, Running: 2, Failed: 0 } } },
};
const alloc = {
  Name: 'web.front[0]',
  JobID: 'web',
  NodeName: 'nuc1',
  ClientStatus: 'running',
  DesiredStatus: 'run',
};
const deployment = {
  JobID: 'web',
  Status: 'successful',
  StatusDescription: 'Deployment completed successfully',
  CreateIndex: 10,
};
const answers = (parts: Partial<Record<keyof typeof url, unknown>> = {}) => {
  const all = {
    leader: '10.0.0.2:4647',
    nodes: [node],
    jobs: [job],
    allocations: [alloc],
    deployments: [deployment],
    ...parts,
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, body]) => [
      url[name as keyof typeof url],
      { body: JSON.stringify(body) },
    ]),
  );
};

// Documentation: HTTP API of Nomad 1.x (list stubs of nodes, jobs, allocations, deployments). No Nomad is to be had here.
describe('nomad', () => {
  const look = async (parts: Parameters<typeof answers>[0] = {}) =>
    runProbe(await loadShipped('nomad'), '', { given, http: answers(parts) });

  it('finds nothing in a cluster that is well, with a stopped job and a finished batch in it', async () => {
    const run = await look({
      jobs: [
        job,
        { ...job, ID: 'old', Status: 'dead', Stop: true },
        { ...job, ID: 'backup', Type: 'batch', Status: 'dead', JobSummary: null },
      ],
      allocations: [
        alloc,
        { ...alloc, JobID: 'backup', ClientStatus: 'failed' },
        { ...alloc, ClientStatus: 'failed', DesiredStatus: 'stop' },
      ],
    });
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
  });

  it.each([
    [{ nodes: [node, { ...node, Name: 'pi4', Status: 'down' }] }, 'nomad-node-down:pi4'],
    [{ jobs: [{ ...job, JobSummary: { Summary: { front: { Queued: 1 } } } }] }, 'nomad-unplaced:web'],
    [{ allocations: [{ ...alloc, ClientStatus: 'failed' }] }, 'nomad-allocation-failed:web.front[0]'],
    [
      { deployments: [deployment, { ...deployment, Status: 'failed', CreateIndex: 20 }] },
      'nomad-deployment-failed:web',
    ],
  ])('names what is wrong in %j', async (parts, key) => {
    expect((await look(parts)).keys).toEqual([key]);
  });

  it('lets a failed deployment be that was followed by a good one', async () => {
    expect(
      (await look({ deployments: [{ ...deployment, Status: 'failed', CreateIndex: 5 }, deployment] })).keys,
    ).toEqual([]);
  });

  it('says that there is no leader', async () => {
    const http = Object.fromEntries(
      Object.values(url).map((each) => [each, { status: 500, body: 'No cluster leader' }]),
    );
    const run = await runProbe(await loadShipped('nomad'), '', { given, http });
    expect(run).toMatchObject({ keys: ['nomad-no-leader:nuc1'], broken: [] });
  });
});
