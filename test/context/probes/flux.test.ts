import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe } from '../support.ts';

const FINE = [
  'flux-system\tgitrepository/flux-system\tmain@sha1:1a2b\tFalse\tTrue\tstored artifact',
  'flux-system\tkustomization/apps       \tmain@sha1:1a2b\tFalse\tTrue\tApplied revision: main@sha1:1a2b',
].join('\n');
const given = { kubeconfig: '/etc/steward/kubeconfig' };

// Documentation: flux get all -A --no-header of Flux 2.
describe('flux', () => {
  it('finds nothing where all is applied, and of what was suspended', async () => {
    const held = 'media\thelmrelease/jellyfin\t1.2.0\tTrue\tFalse\tinstall retries exhausted';
    const run = await runProbe(await loadShipped('flux'), `${FINE}\n${held}\n`, { given });
    expect(run).toMatchObject({
      item: { status: 'ok', text: '3 objects, 0 not ready, 1 suspended' },
      keys: [],
      broken: [],
    });
  });

  it('names what cannot be applied, and why', async () => {
    const bad =
      'flux-system\tkustomization/infra\tmain@sha1:1a2b\tFalse\tFalse\tkustomize build failed: no such file';
    const run = await runProbe(await loadShipped('flux'), `${FINE}\n${bad}\n`, { given });
    expect(run.keys).toEqual(['flux-not-ready:flux-system/kustomization/infra']);
    expect(run.findings[0]?.text).toContain('kustomize build failed');
  });
});
