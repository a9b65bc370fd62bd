import { describe, expect, it } from 'vitest';
import type { Http } from '../../src/protocol/machine.ts';
import { mintPermit } from './gate.ts';

/** URLs at which the answers of the contract wait. */
export interface HttpWorld {
  http: Http;
  /** 200, body `fine`. */
  fine: string;
  /** 503, body `down`. */
  down: string;
  /** 302 to `fine`. */
  moved: string;
  /** 200, 100,000 bytes of lines. */
  long: string;
  /** Nobody listens. */
  refused: string;
}

export function describeHttp(name: string, makeWorld: () => Promise<HttpWorld>): void {
  describe(`${name} as http`, () => {
    const get = async (
      pick: (world: HttpWorld) => string,
      options: { limitBytes?: number; signal?: AbortSignal } = {},
      method: 'GET' | 'HEAD' = 'GET',
    ) => {
      const world = await makeWorld();
      const permit = mintPermit({ kind: 'fetch', method, url: pick(world) });
      return world.http.fetch(permit, { timeoutMs: 20_000, limitBytes: 4096, ...options });
    };

    it('gives status and body', async () => {
      expect(await get((w) => w.fine)).toEqual({
        status: 200,
        body: { text: 'fine', totalBytes: 4, isTruncated: false },
        failure: null,
        durationMs: expect.any(Number),
      });
    });

    it('takes an error status for an answer', async () => {
      expect(await get((w) => w.down)).toMatchObject({ status: 503, body: { text: 'down' }, failure: null });
    });

    it('does not follow redirects', async () => {
      expect(await get((w) => w.moved)).toMatchObject({ status: 302, failure: null });
    });

    it('gets no body for HEAD', async () => {
      expect(await get((w) => w.fine, {}, 'HEAD')).toMatchObject({ status: 200, body: { text: '' } });
    });

    it('keeps a body within its limit', async () => {
      const { body } = await get((w) => w.long, { limitBytes: 1000 });
      expect(body).toMatchObject({ totalBytes: 100_000, isTruncated: true });
      expect(Buffer.byteLength(body.text)).toBeLessThanOrEqual(1000);
    });

    it('says that nobody listens', async () => {
      expect(await get((w) => w.refused)).toMatchObject({ status: null, failure: 'refused' });
    });

    it('says that it was aborted', async () => {
      expect(await get((w) => w.fine, { signal: AbortSignal.abort() })).toMatchObject({
        status: null,
        failure: 'aborted',
      });
    });

    it('refuses a permit that was used', async () => {
      const world = await makeWorld();
      const permit = mintPermit({ kind: 'fetch', method: 'GET', url: world.fine });
      const once = () => world.http.fetch(permit, { timeoutMs: 20_000, limitBytes: 100 });
      await once();
      await expect(async () => once()).rejects.toThrow('used twice');
    });
  });
}
