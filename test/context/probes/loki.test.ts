import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe } from '../support.ts';

const base = 'http://127.0.0.1:3100';
const query = 'sum by (app) (count_over_time({job="apps"} |= "panic" [1h])) > 0';
const given = { address: base, queries: [{ name: 'panics', query, say: 'an application panicked' }] };
const url = `${base}/loki/api/v1/query?query=${encodeURIComponent(query)}`;
const body = (resultType: string, result: object[]) =>
  JSON.stringify({ status: 'success', data: { resultType, result } });

// Documentation: Loki's HTTP API (GET /loki/api/v1/query), whose vector is Prometheus's.
describe('loki', () => {
  const look = async (text: string) =>
    runProbe(await loadShipped('loki'), '', { given, http: { [url]: { body: text } } });

  it('finds nothing where a query finds nothing', async () => {
    expect(await look(body('vector', []))).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
  });

  it('names each row, and a query that gives lines instead of numbers', async () => {
    const run = await look(body('vector', [{ metric: { app: 'web' }, value: [1_795_287_409, '3'] }]));
    expect(run.keys).toEqual(['logql:panics{app=web}']);
    expect(
      (await look(body('streams', [{ stream: { app: 'web' }, values: [['1', 'panic: x']] }]))).keys,
    ).toEqual(['logql-no-number:panics']);
  });
});
