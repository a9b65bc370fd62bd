import { describe, expect, it } from 'vitest';
import { pinInputs } from '../../../src/changes/nix/pin-inputs.ts';

/** What `nix hash path --sri` and `nix store add-path --name source` of nix 2.26 said of the same folder. */
const HASH = 'sha256-Sy5WpTgH5rKFGPS6WxRikTFrrC/L+hdp0oAcsBgVheU=';
const PATH = '/nix/store/qafqkvgqa9mp3y8z9ic1hriba3w17ghg-source';

const lock = (locked: object) =>
  JSON.stringify({
    nodes: {
      bar: { locked, original: { owner: 'foo', repo: 'bar', type: 'github' } },
      root: { inputs: { bar: 'bar' } },
    },
    root: 'root',
    version: 7,
  });

describe('the inputs of a flake', () => {
  it('are taken from where they lie in the store, as the same revision', async () => {
    const rev = '2'.repeat(40);
    const written = lock({ type: 'github', owner: 'foo', repo: 'bar', lastModified: 17, narHash: HASH, rev });
    const asked: string[] = [];
    const pinned = await pinInputs(written, async (path) => asked.push(path) > 0);
    expect(asked).toEqual([PATH]);
    expect(pinned).toEqual({
      text: lock({ lastModified: 17, rev, narHash: HASH, path: PATH, type: 'path' }),
    });
  });

  it('that are not there would have to be fetched, which is said', async () => {
    expect(await pinInputs(lock({ type: 'github', narHash: HASH }), async () => false)).toEqual({
      problem: `the input bar is not in the store, and nothing is fetched: ${PATH}`,
    });
    expect(await pinInputs(lock({ type: 'git' }), async () => true)).toEqual({
      problem: 'the input bar is locked without a hash',
    });
    for (const text of ['', 'null', '[]', '{"nodes":null}', '{']) {
      expect(await pinInputs(text, async () => true)).toEqual({ problem: 'flake.lock is not to be read' });
    }
  });
});
