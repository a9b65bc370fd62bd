import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

const base = 'http://127.0.0.1:9090';
const given = {
  address: base,
  queries: [{ name: 'target-down', query: 'up == 0', say: 'a target cannot be scraped' }],
};
const url = `${base}/api/v1/query?query=up%20%3D%3D%200`;

// /api/v1/query of Prometheus 2.42.0 on a Debian 12 VM, with a target that is not there
describe('prometheus', () => {
  it('finds nothing where a query finds nothing', async () => {
    const run = await runProbe(await loadShipped('prometheus'), '', {
      given,
      http: { [url]: { body: recorded('prometheus.2.42.none.json') } },
    });
    expect(run).toMatchObject({ item: { status: 'ok', text: '1 queries, 0 rows' }, keys: [], broken: [] });
  });

  it('names each row that a query finds', async () => {
    const run = await runProbe(await loadShipped('prometheus'), '', {
      given,
      http: { [url]: { body: recorded('prometheus.2.42.down.json') } },
    });
    expect(run.keys).toEqual(['promql:target-down{instance=127.0.0.1:17699, job=nas}']);
    expect(run.findings[0]?.text).toBe(
      'target-down: a target cannot be scraped (instance=127.0.0.1:17699, job=nas; value 0)',
    );
  });

  it('is failed, with the place, when a query is wrong', async () => {
    const run = await runProbe(await loadShipped('prometheus'), '', {
      given,
      http: { [url]: { status: 400, body: recorded('prometheus.2.42.bad.json') } },
    });
    expect(run.item.status).toBe('failed');
    expect(run.item.reason).toContain('parse error');
  });
});
