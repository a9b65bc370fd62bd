import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe, saying } from '../support.ts';

const now = Date.parse('2026-11-21T19:00:00Z');
const NODES = 'nuc1   True   False   False   <none>\nnuc2   True   False   False   <none>\n';
const POD = 'media   jellyfin-0   Running   StatefulSet   0   true   <none>   2026-11-20T10:00:00Z\n';
const given = { kubeconfig: '/etc/steward/kubeconfig' };

// Documentation: kubectl get -o custom-columns of Kubernetes 1.32, whose API needs a cluster that is not to be had here.
describe('kubernetes', () => {
  const look = async (pods: string, nodes = NODES) =>
    runProbe(await loadShipped('kubernetes'), saying({ 'get nodes': nodes, 'get pods': pods }), {
      now,
      given,
    });

  it('finds nothing where all is ready, with a finished job and a pod that just came', async () => {
    const pods = `${POD}ci   build-x1   Succeeded   Job   0   false   <none>   2026-11-20T10:00:00Z\nci   build-x2   Failed   Job   0   false   <none>   2026-11-20T10:00:00Z\nweb   new-1   Running   ReplicaSet   0   false   <none>   2026-11-21T18:58:00Z\n`;
    expect(await look(pods)).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
  });

  it('names a node that is not ready, and one under pressure', async () => {
    const nodes = 'nuc1   Unknown   Unknown   Unknown   <none>\nnuc2   True   False   True   <none>\n';
    expect((await look(POD, nodes)).keys).toEqual(['node-not-ready:nuc1', 'node-pressure:nuc2']);
  });

  it('names pods that crash, wait for an image, find no node or never become ready', async () => {
    const pods = [
      'a   crash-1   Running   ReplicaSet   31   false   CrashLoopBackOff   2026-11-20T10:00:00Z',
      'a   image-1   Pending   ReplicaSet   0   false   ImagePullBackOff   2026-11-21T18:59:00Z',
      'a   place-1   Pending   ReplicaSet   <none>   <none>   <none>   <none>',
      'a   slow-1   Running   ReplicaSet   0   true,false   <none>   2026-11-21T10:00:00Z',
    ];
    expect((await look(`${POD}${pods.join('\n')}\n`)).keys).toEqual(
      ['crash-1', 'image-1', 'place-1', 'slow-1'].map((pod) => `pod-not-well:a/${pod}`),
    );
  });

  it('is unreachable when the API server is', async () => {
    const output = {
      exitCode: 1,
      stderr:
        'The connection to the server 10.0.0.2:6443 was refused - did you specify the right host or port?',
    };
    const run = await runProbe(await loadShipped('kubernetes'), output, { given });
    expect(run.item.status).toBe('unreachable');
  });
});
